package org.meanfield.architecture.offences.jobs.storage;

import org.meanfield.architecture.offences.jobs.train.Sibling;

/** Looks up from the files to a command. */
record KnowsACommand(Sibling command) {}
