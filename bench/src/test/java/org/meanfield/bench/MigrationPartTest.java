package org.meanfield.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MigrationPartTest {
  @Test
  void twoLinesChangeTheProgram() throws IOException {
    assertThat(MigrationPart.changedLines(Path.of(".."))).isEqualTo(2); // one is an import
  }
}
