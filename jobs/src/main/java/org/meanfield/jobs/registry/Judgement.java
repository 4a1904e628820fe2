package org.meanfield.jobs.registry;

import java.util.Optional;
import org.meanfield.registry.PromotionDecision;

/**
 * A decision of the gate about a version, and the champion that it was made against: it is worth
 * nothing once another version is the champion.
 *
 * @param number the challenger
 * @param champion what served when the gate decided; empty where nothing did
 * @param decision with its numbers
 */
public record Judgement(int number, Optional<Integer> champion, PromotionDecision decision) {}
