package org.meanfield.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.meanfield.data.Split;

class FileLayoutTest {
  @Test
  void everyFileHoldsEveryClassInProportion() {
    List<Long> byClass = List.of(101L, 7L, 50L, 0L, 342L);
    FileLayout layout =
        FileLayout.of(
            Map.of(Split.TRAIN, byClass, Split.TEST, List.of(1L, 1L, 0L, 0L, 0L)),
            Map.of(Split.TRAIN, 1000L, Split.TEST, 10L),
            120);
    assertThat(layout.files()).hasSize(6);
    long[][] counts = new long[6][5];
    for (int label = 0; label < 5; label++) {
      for (int position = 0; position < byClass.get(label); position++) {
        counts[layout.call("train", label, position)][label]++;
      }
    }
    for (int file = 0; file < 5; file++) {
      long rows = 0;
      for (int label = 0; label < 5; label++) {
        assertThat(counts[file][label])
            .isBetween(byClass.get(label) / 5, byClass.get(label) / 5 + 1);
        rows += counts[file][label];
      }
      assertThat(layout.files().get(file).examples()).isEqualTo(rows).isEqualTo(100);
    }
    assertThat(layout.call("test", 1, 0)).isEqualTo(5);
    assertThat(layout.files().get(5).path()).isEqualTo("split=test/part-00000.parquet");
  }

  @Test
  void largeImagesMakeMoreFiles() {
    FileLayout layout =
        FileLayout.of(Map.of(Split.TRAIN, List.of(1000L)), Map.of(Split.TRAIN, 1L << 30), 5000);
    assertThat(layout.files()).hasSize(4);
  }
}
