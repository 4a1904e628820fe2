/**
 * Files on any file system of Hadoop's: whole or not there, with errors that name them; and how
 * data sets and models are opened.
 */
package org.meanfield.jobs.storage;
