/**
 * A setting: its key, type, limits, default and text, declared once; and the values of all
 * settings, resolved so that every problem is listed at once.
 */
package org.meanfield.config;
