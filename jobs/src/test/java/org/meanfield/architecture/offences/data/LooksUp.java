package org.meanfield.architecture.offences.data;

import org.meanfield.architecture.offences.train.Rolls;

/** Names a class of a package above its own, which looks back down: a cycle as well. */
record LooksUp(Rolls above) {}
