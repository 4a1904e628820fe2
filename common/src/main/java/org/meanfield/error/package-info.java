/**
 * One exception for each thing that a caller can do about a failure; each has the exit code of its
 * kind.
 */
package org.meanfield.error;
