/**
 * Networks as DL4J's configurations, the architectures to choose from, the state that training
 * changes and its one binary form, and weights from elsewhere.
 */
package org.meanfield.model;
