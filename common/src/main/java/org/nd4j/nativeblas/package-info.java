/**
 * A class that DL4J 1.0.0-M2.1 looks for under this name, in the package of ND4J, before it uses
 * oneDNN.
 */
package org.nd4j.nativeblas;
