/** What the libraries with native code have in common: which build of them this process takes. */
package org.meanfield.natives;
