/**
 * Registered models and the gate that a challenger must pass: pure values and decisions, without
 * any file access.
 */
package org.meanfield.registry;
