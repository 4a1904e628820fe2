package org.meanfield.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** What is made of figures: medians, ratios, verdicts, tables and bars. */
class FindingsTest {
  private static final Section SECTION =
      new Section(
          "Speed",
          "images/s",
          "slow",
          List.of(
              new Row("lenet", "slow", measured(100, 90, 110)),
              new Row("lenet", "fast", measured(250, 240, 400)),
              new Row("lenet", "absent", new Outcome.Missing("no <engine> | here")),
              new Row("cnn", "fast", measured(40))));

  @Test
  void theMedianIsTheMiddleWindowOrTheMeanOfTheTwoMiddleOnes() {
    assertThat(measured(9, 1, 5).median()).hasValue(5);
    assertThat(measured(4, 1, 2, 100).median()).hasValue(3);
    assertThat(measured().median()).isEmpty();
  }

  @Test
  void ratiosAreThoseOfMediansOfOneGroup() {
    assertThat(SECTION.ratio("lenet", "fast", "slow")).hasValue(2.5);
    assertThat(SECTION.ratio("lenet", "absent", "slow")).isEmpty();
    assertThat(SECTION.ratio("cnn", "fast", "slow")).isEmpty();
  }

  @Test
  void aTargetIsReachedOnItsSideOfTheLimitOnly() {
    assertThat(target(Target.Bound.AT_LEAST, OptionalDouble.of(6)).verdict())
        .isEqualTo(Target.Verdict.YES);
    assertThat(target(Target.Bound.AT_LEAST, OptionalDouble.of(5.99)).verdict())
        .isEqualTo(Target.Verdict.NO);
    assertThat(target(Target.Bound.AT_MOST, OptionalDouble.of(5.99)).verdict())
        .isEqualTo(Target.Verdict.YES);
    assertThat(target(Target.Bound.AT_MOST, OptionalDouble.of(6.01)).verdict())
        .isEqualTo(Target.Verdict.NO);
    assertThat(target(Target.Bound.AT_MOST, OptionalDouble.empty()).verdict())
        .isEqualTo(Target.Verdict.NOT_MEASURED);
  }

  @Test
  void aTableNamesWhatIsMissingAndWhy() {
    assertThat(SECTION.markdown())
        .contains(
            "| lenet | fast | 250 | 240 to 400 | 3 | 2.50 |  |",
            "| lenet | absent | not measured | | | | no <engine> / here |",
            "| cnn | fast | 40.0 | 40.0 to 40.0 | 1 |  |  |");
  }

  @Test
  void barsAreAsLongAsTheirMediansWithinAGroup() throws Exception {
    Document chart =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(new BarChart(List.of(SECTION)).svg())));
    var bars = chart.getElementsByTagName("rect");
    assertThat(bars.getLength()).isEqualTo(1 + 3); // the background
    double slow = width(bars.item(1));
    double fast = width(bars.item(2));
    assertThat(fast / slow).isCloseTo(2.5, org.assertj.core.data.Offset.offset(0.01));
    assertThat(chart.getDocumentElement().getTextContent())
        .contains("not measured: no <engine> | here");
  }

  private static double width(org.w3c.dom.Node bar) {
    return Double.parseDouble(((Element) bar).getAttribute("width"));
  }

  private static Target target(Target.Bound bound, OptionalDouble reached) {
    return new Target("speed", bound, 6, reached);
  }

  private static Outcome.Measured measured(double... windows) {
    return new Outcome.Measured(Arrays.stream(windows).boxed().toList(), "software", Map.of());
  }
}
