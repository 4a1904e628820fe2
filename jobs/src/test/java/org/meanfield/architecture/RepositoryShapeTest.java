package org.meanfield.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no compiler checks: sizes, left-overs, addresses and links in the repository's files. */
class RepositoryShapeTest {
  @TempDir Path folder;

  @Test
  void theRepositoryIsInShape() throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    assertThat(root.resolve("mvnw")).exists();
    assertThat(RepositoryShape.breaches(root)).isEmpty();
  }

  @Test
  void everyBreachIsFound() throws IOException {
    Files.writeString(folder.resolve("Long.java"), "// line\n".repeat(401));
    Files.writeString(folder.resolve("Later.java"), "// " + "TO" + "DO: later\n");
    Files.writeString(folder.resolve("pom.xml"), "<url>https://mirror.example.net/maven</url>\n");
    Files.writeString(folder.resolve("README.md"), "[gone](docs/gone.md), [web](https://a.b)\n");
    Files.writeString(folder.resolve("conf.sh"), "cd /ho" + "me/someone/checkout \n");
    Files.createDirectories(folder.resolve("target"));
    Files.writeString(folder.resolve("target/Generated.java"), "// line\n".repeat(401));

    assertThat(RepositoryShape.breaches(folder))
        .containsExactlyInAnyOrder(
            "Long.java has 401 lines, at most 400 are readable",
            "Later.java:1 leaves something for later; do it or open an issue",
            "pom.xml:1 names the host mirror.example.net; only public, well-known hosts belong"
                + " here",
            "README.md:1 links to docs/gone.md, which is not there",
            "conf.sh:1 names a folder of one machine",
            "conf.sh:1 ends in a space");
  }
}
