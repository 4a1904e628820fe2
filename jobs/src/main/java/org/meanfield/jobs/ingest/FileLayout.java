package org.meanfield.jobs.ingest;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.api.java.UDF3;
import org.meanfield.data.Split;

/**
 * Deals examples out to data files so that each file of a split holds every class in proportion, to
 * within one example, and all files of a split have the same size, to within one. As a function:
 * split, label and position in its class to file number.
 *
 * @param files every file, by number
 * @param first split to the number of its first file
 * @param offsets split to the number of examples in the classes before each
 */
record FileLayout(List<File> files, Map<String, Integer> first, Map<String, List<Long>> offsets)
    implements UDF3<String, Integer, Integer, Integer>, Serializable {
  private static final long serialVersionUID = 1L;

  /** Large enough to read fast, small enough to be a unit of work. */
  private static final long MAX_FILE_BYTES = 256L << 20;

  /**
   * One data file.
   *
   * @param split its split's id
   * @param index its position in the split
   * @param examples rows
   */
  record File(String split, int index, long examples) implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Relative to the data set's folder. */
    String path() {
      return "split=%s/part-%05d.parquet".formatted(split, index);
    }
  }

  /**
   * @param byClass split to its examples by label
   * @param bytes split to the bytes of its images; without it where they are not written
   */
  static FileLayout of(Map<Split, List<Long>> byClass, Map<Split, Long> bytes, int rowsPerFile) {
    List<File> files = new ArrayList<>();
    Map<String, Integer> first = new HashMap<>();
    Map<String, List<Long>> offsets = new HashMap<>();
    for (Split split : Split.values()) {
      if (!byClass.containsKey(split)) {
        continue;
      }
      List<Long> before = new ArrayList<>();
      long examples = 0;
      for (long count : byClass.get(split)) {
        before.add(examples);
        examples += count;
      }
      long wanted =
          Math.max(up(examples, rowsPerFile), up(bytes.getOrDefault(split, 0L), MAX_FILE_BYTES));
      int count = (int) Math.min(examples, wanted);
      first.put(split.id(), files.size());
      offsets.put(split.id(), before);
      for (int i = 0; i < count; i++) {
        files.add(new File(split.id(), i, examples / count + (i < examples % count ? 1 : 0)));
      }
    }
    return new FileLayout(files, first, offsets);
  }

  @Override
  public Integer call(String split, Integer label, Integer position) {
    int start = first.get(split);
    int count = 0;
    while (start + count < files.size() && files.get(start + count).split().equals(split)) {
      count++;
    }
    return start + (int) ((offsets.get(split).get(label) + position) % count);
  }

  private static long up(long amount, long unit) {
    return (amount + unit - 1) / unit;
  }
}
