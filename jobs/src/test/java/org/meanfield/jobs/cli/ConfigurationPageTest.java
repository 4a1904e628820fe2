package org.meanfield.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.meanfield.config.Setting;

/** Keeps {@code docs/configuration.md} and the declarations together. */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");
  private static final String WRITE =
      "./mvnw -pl jobs -am test -Dtest=ConfigurationPageTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dmeanfield.docs.write=true";

  @Test
  void thePageIsUpToDate() throws IOException {
    String expected = new ConfigurationPage(Commands.all()).markdown();
    if (Boolean.getBoolean("meanfield.docs.write")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, expected);
    }
    assertThat(PAGE).as("docs/configuration.md is stale; write it again with\n%s", WRITE).exists();
    assertThat(Files.readString(PAGE))
        .as("docs/configuration.md is stale; write it again with\n%s", WRITE)
        .isEqualTo(expected);
  }

  @Test
  void listsEverySettingOnceWithTypeDefaultUsersAndMeaning() {
    assertThat(new ConfigurationPage(List.of(new EchoJob(), new OtherJob())).markdown())
        .contains("| `--times` | `echo.times` |")
        .contains("| `echo.output` | text | required | echo | Where to write. |")
        .contains("| `echo.times` | integer, at least 1, at most 9 | `3` | echo | How often");
  }

  @Test
  void everySettingSaysWhatItIsFor() {
    for (Job job : Commands.all()) {
      assertThat(job.settings())
          .as("settings of %s", job.command())
          .allSatisfy(setting -> assertThat(setting.doc()).as(setting.key()).isNotBlank())
          .extracting(Setting::key)
          .doesNotHaveDuplicates();
    }
  }
}
