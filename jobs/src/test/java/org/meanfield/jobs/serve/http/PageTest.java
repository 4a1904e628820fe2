package org.meanfield.jobs.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.meanfield.jobs.serve.http.ServerFixture.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.image.PixelImage;
import org.meanfield.image.PngEncoder;
import org.meanfield.jobs.serve.TinyExports;

/** The page at {@code /} in a real browser, where one is installed. */
@Timeout(120)
class PageTest {
  /** Drops a file on the page and waits for what it shows. */
  private static final String DROP =
      """
      (async () => {
        const tick = () => new Promise(done => setTimeout(done, 20));
        while (document.readyState !== "complete" || !document.getElementById("source")) await tick();
        const bytes = Uint8Array.from(atob("%s"), c => c.charCodeAt(0));
        const dropped = new DataTransfer();
        dropped.items.add(new File([bytes], "image.png", {type: "image/png"}));
        document.dispatchEvent(new DragEvent("drop", {dataTransfer: dropped, cancelable: true}));
        const headline = document.getElementById("headline");
        while (["", "Asking ..."].includes(headline.textContent)) await tick();
        return {
          headline: headline.textContent,
          bad: headline.className,
          rows: [...document.querySelectorAll("#top tr")].map(row => row.innerText),
          source: document.getElementById("source").textContent,
          shown: document.getElementById("preview").naturalWidth
        };
      })()
      """;

  @TempDir private Path folder;
  @TempDir private Path profile;

  @Test
  void aDroppedImageIsAnsweredAndABrokenOneExplained() throws Exception {
    Optional<Path> chromium = Browser.installed();
    assumeTrue(chromium.isPresent(), "no Chromium on the PATH");
    byte[] png = PngEncoder.encode(new PixelImage(5, 6, 3, new byte[90]));
    try (ServerFixture fixture = new ServerFixture(ServerFixture.LIMITS)) {
      fixture.serve("3", TinyExports.write(folder, 3));
      String label = json(fixture.post("/v1/classify", png)).path("label").asText();
      JsonNode shown = drop(fixture, chromium.get(), "good", png);
      assertThat(shown.path("headline").asText()).isEqualTo(label);
      assertThat(shown.path("bad").asText()).isEmpty();
      assertThat(shown.path("rows")).hasSize(3);
      assertThat(shown.path("rows").path(0).asText()).startsWith(label).endsWith("%");
      assertThat(shown.path("source").asText()).startsWith("classifier, version 3, ");
      assertThat(shown.path("shown").asInt()).isEqualTo(6);

      JsonNode broken = drop(fixture, chromium.get(), "broken", new byte[] {1, 2, 3});
      assertThat(broken.path("headline").asText()).startsWith("not-an-image: ");
      assertThat(broken.path("bad").asText()).isEqualTo("bad");
      assertThat(broken.path("rows")).isEmpty();
    }
  }

  private JsonNode drop(ServerFixture fixture, Path chromium, String name, byte[] file)
      throws Exception {
    try (Browser browser = new Browser(chromium, profile.resolve(name), fixture.uri("/"))) {
      return browser.evaluate(DROP.formatted(Base64.getEncoder().encodeToString(file)));
    }
  }
}
