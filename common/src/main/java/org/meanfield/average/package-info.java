/**
 * What happens to the workers' states where they meet: the exact mean, the outer step after it,
 * when the next merge is due, and how states are written when they travel. Pure functions.
 */
package org.meanfield.average;
