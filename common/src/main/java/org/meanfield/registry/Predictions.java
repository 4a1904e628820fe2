package org.meanfield.registry;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.meanfield.error.CorruptArtifactException;

/**
 * What a model answered for each example of a split: what two models are compared by, example by
 * example.
 *
 * @param byId example id to answer
 */
public record Predictions(SortedMap<String, Answer> byId) {
  /** The file's name. */
  public static final String FILE = "predictions.csv";

  /** The first line of the file. */
  public static final String HEADER = "id,label,predicted";

  /**
   * The answer for one example.
   *
   * @param label the true class
   * @param predicted the most probable class
   */
  public record Answer(int label, int predicted) {
    /** True for a right answer. */
    public boolean isRight() {
      return label == predicted;
    }
  }

  /** Copies the answers. */
  public Predictions {
    byId = Collections.unmodifiableSortedMap(new TreeMap<>(byId));
  }

  /** How many answers are right. */
  public long right() {
    return byId.values().stream().filter(Answer::isRight).count();
  }

  /** The content of {@link #FILE}: a header, then a line for each example in the order of ids. */
  public String toCsv() {
    StringBuilder csv = new StringBuilder(HEADER).append('\n');
    byId.forEach((id, answer) -> csv.append(row(id, answer.label(), answer.predicted())));
    return csv.toString();
  }

  /** The line of one example, with its line feed. */
  public static String row(String id, int label, int predicted) {
    return id + "," + label + "," + predicted + "\n";
  }

  /**
   * Reads them back.
   *
   * @param artefact where they lie, for messages
   * @throws CorruptArtifactException naming the first line that is wrong
   */
  public static Predictions fromCsv(String artefact, String csv) {
    TreeMap<String, Answer> byId = new TreeMap<>();
    String[] lines = csv.split("\n", -1);
    if (!lines[0].equals(HEADER) || !lines[lines.length - 1].isEmpty()) {
      throw new CorruptArtifactException(
          artefact
              + " holds no predictions: expected the first line '"
              + HEADER
              + "' and a line feed at the end; evaluate the model again");
    }
    for (int i = 1; i < lines.length - 1; i++) {
      String[] parts = lines[i].split(",", -1);
      if (parts.length != 3 || byId.put(parts[0], answer(artefact, i, parts)) != null) {
        throw new CorruptArtifactException(
            artefact
                + ", line "
                + (i + 1)
                + ": expected an id that occurs once, its label and the predicted label, found '"
                + lines[i]
                + "'; evaluate the model again");
      }
    }
    return new Predictions(byId);
  }

  private static Answer answer(String artefact, int line, String[] parts) {
    try {
      return new Answer(Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    } catch (NumberFormatException e) {
      throw new CorruptArtifactException(
          artefact
              + ", line "
              + (line + 1)
              + ": "
              + e.getMessage()
              + " is no label; evaluate the model again",
          e);
    }
  }
}
