package org.meanfield.jobs.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.config.Settings;
import org.meanfield.jobs.cli.Console;
import org.meanfield.jobs.cli.JobContext;
import org.meanfield.jobs.storage.Storage;

/** Which entries of the folder count as new images. */
class DeliveriesTest {
  @TempDir Path folder;

  @Test
  void aMarkerSaysThatADeliveryIsWhole() throws IOException {
    Files.createDirectories(folder.resolve("monday"));
    Files.createDirectories(folder.resolve("tuesday"));
    Files.createFile(folder.resolve("monday/_SUCCESS"));
    assertThat(arrived(Map.of())).containsExactly("monday", "tuesday");
    Map<String, ?> marked = Map.of("retrain.marker", "_SUCCESS");
    assertThat(arrived(marked)).containsExactly("monday");
    Files.createFile(folder.resolve("tuesday/_SUCCESS"));
    assertThat(arrived(marked)).containsExactly("monday", "tuesday");
  }

  @Test
  void whatIsExcludedOrStillBeingWrittenIsNone() throws IOException {
    for (String name : List.of("monday", "tuesday", ".wednesday", "_thursday")) {
      Files.createDirectories(folder.resolve(name));
    }
    assertThat(arrived(Map.of())).containsExactly("monday", "tuesday");
    assertThat(arrived(Map.of("retrain.exclude", List.of("tuesday", "sunday"))))
        .containsExactly("monday");
  }

  private List<String> arrived(Map<String, ?> more) {
    Storage storage = new Storage(new Configuration());
    Settings settings =
        Settings.resolve(
            RetrainSettings.declared(),
            ConfigFactory.parseMap(more)
                .withFallback(
                    ConfigFactory.parseMap(
                        Map.of("retrain.input", folder.toString(), "retrain.output", "unused"))));
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    Console console = new Console(out, Console.TerminalKind.PLAIN);
    JobContext context = new JobContext(Optional.empty(), storage, settings, console);
    return new Deliveries(context, new RetrainFolder(storage, "unused")).arrived();
  }
}
