/** An evaluation as one HTML file that any browser opens. */
package org.meanfield.evaluate.report;
