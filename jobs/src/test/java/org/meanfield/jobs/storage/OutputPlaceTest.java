package org.meanfield.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What would be read as a part of the input, and what only lies near it. */
class OutputPlaceTest {
  @ParameterizedTest
  @CsvSource({
    "file:/in, true",
    "file:/in/, true",
    "file:/in/out, true",
    "file:/in/a/b, true",
    "file:/input, false",
    "file:/, false",
    "file:/other/in, false",
    "file:/in/.out, false",
    "file:/in/a/.out/b, false",
    "file:/.in/out, false"
  })
  void onlyWhatIsReadIsInTheWay(String output, boolean read) {
    for (String input : new String[] {"file:/in", "file:/in/"}) {
      assertThat(OutputPlace.isReadWith(output, input, StorageEntry::isHidden)).isEqualTo(read);
    }
  }

  @Test
  void namesBelowAHiddenFolderAreSkippedNoMoreThanThatFolderItself() {
    assertThat(OutputPlace.isReadWith("file:/.in/out", "file:/.in", StorageEntry::isHidden))
        .isTrue();
  }
}
