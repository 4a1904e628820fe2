package org.meanfield.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that others can use says what it is for. */
class MissingJavadocTest {
  @TempDir Path folder;

  @Test
  void nothingPublicIsWithoutJavadoc() throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    List<Path> sources =
        List.of("common", "jobs", "gpu-check", "bench").stream()
            .map(module -> root.resolve(module).resolve("src/main/java"))
            .toList();
    assertThat(MissingJavadoc.below(sources)).isEmpty();
  }

  @Test
  void everyGapIsFound() throws IOException {
    write("bare/Thing.java", "package bare; public class Thing { protected int a; int b; }");
    write("bare/Hidden.java", "package bare; class Hidden { public void unreachable() {} }");
    write("mute/package-info.java", "package mute;");
    write(
        "mute/Port.java",
        "package mute; /** A port. */ public interface Port { void call(); class Inner {} }");
    write("told/package-info.java", "/** All there. */ package told;");
    write(
        "told/Told.java",
        """
        package told;
        /** A choice. */
        public enum Told {
          /** Said. */ ONE, TWO;
          /** */ public void blank() {}
          /** Fully. */ public void described() {}
          @Override public String toString() { return ""; }
          private void inside() {}
        }
        """);
    assertThat(MissingJavadoc.below(List.of(folder)))
        .containsExactly(
            "bare.Thing has no Javadoc (class)",
            "bare.Thing.a has no Javadoc (variable)",
            "mute.Port.Inner has no Javadoc (class)",
            "mute.Port.call has no Javadoc (method)",
            "told.Told.TWO has no Javadoc (variable)",
            "told.Told.blank has no Javadoc (method)",
            "bare has no described package-info.java",
            "mute has no described package-info.java");
  }

  private void write(String name, String source) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
  }
}
