package org.meanfield.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the gate says about a challenger, with every number that decided it. */
public sealed interface PromotionDecision {
  /** A finding for each criterion of the policy. */
  List<Finding> findings();

  /** The word in files: {@code promote}, {@code keep-champion} or {@code refuse}. */
  String id();

  /** Who overruled the gate, and why; empty where nobody did. */
  Optional<Overruling> overruling();

  /**
   * The challenger becomes the champion.
   *
   * @param findings all allow it, or it was overruled
   * @param overruling empty where the gate itself lets it through
   */
  record Promote(List<Finding> findings, Optional<Overruling> overruling)
      implements PromotionDecision {
    /** Copies the findings. */
    public Promote {
      findings = List.copyOf(findings);
      if (overruling.isEmpty() && !findings.stream().allMatch(Finding::allows)) {
        throw new IllegalArgumentException("A failed criterion can only be overruled by a person");
      }
    }

    @Override
    public String id() {
      return "promote";
    }
  }

  /**
   * The challenger is sound, and not shown to be good enough to replace the champion.
   *
   * @param findings of which some against the champion do not allow it
   */
  record KeepChampion(List<Finding> findings) implements PromotionDecision {
    /** Copies the findings. */
    public KeepChampion {
      findings = List.copyOf(findings);
    }

    @Override
    public String id() {
      return "keep-champion";
    }

    @Override
    public Optional<Overruling> overruling() {
      return Optional.empty();
    }
  }

  /**
   * The challenger must not serve, whatever the champion is.
   *
   * @param findings of which some about the challenger alone do not allow it
   */
  record Refuse(List<Finding> findings) implements PromotionDecision {
    /** Copies the findings. */
    public Refuse {
      findings = List.copyOf(findings);
    }

    @Override
    public String id() {
      return "refuse";
    }

    @Override
    public Optional<Overruling> overruling() {
      return Optional.empty();
    }
  }

  /** True where the challenger becomes the champion. */
  default boolean promotes() {
    return this instanceof Promote;
  }

  /** The findings that stand, or stood, in the way. */
  default List<Finding> obstacles() {
    return findings().stream().filter(finding -> !finding.allows()).toList();
  }

  /** The same with a person's word against the gate; nothing changes where it promotes anyway. */
  default PromotionDecision overruledBy(Overruling word) {
    return promotes() ? this : new Promote(findings(), Optional.of(word));
  }

  /** For a person: what follows, then a line for each criterion. */
  default List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        overruling()
            .map(word -> id() + ", overruled by " + word.by() + ": " + word.reason())
            .orElse(id()));
    findings().forEach(finding -> lines.add("  " + finding.line()));
    return List.copyOf(lines);
  }

  /** Keys and values for JSON: {@code decision}, {@code overruling}, {@code findings}. */
  default Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("decision", id());
    figures.put("overruling", overruling().orElse(null));
    figures.put("findings", findings());
    return figures;
  }

  /** {@link #figures} as JSON. */
  default String toJson() {
    try {
      return new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValueAsString(figures());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A decision always has a JSON form", e);
    }
  }
}
