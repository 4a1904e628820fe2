package org.meanfield.evaluate.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.meanfield.data.ClassIndex;
import org.meanfield.data.Split;
import org.meanfield.error.CorruptArtifactException;
import org.meanfield.evaluate.EvaluationReport;
import org.meanfield.evaluate.EvaluationSubject;
import org.meanfield.evaluate.Evaluator;
import org.meanfield.model.FloatVector;

class HtmlReportTest {
  private static final String JOURNAL =
      """
      {"kind":"round","round":0,"epoch":0,"loss":2.5,"learningRate":0.1,"imagesPerSecond":100,\
      "seconds":2,"shares":{"compute":0.5,"data":0.2,"exchange":0.2,"scheduling":0.1}}
      {"kind":"round","round":1,"epoch":0,"loss":1.5,"learningRate":0.1,"imagesPerSecond":100,\
      "seconds":2,"shares":{"compute":0.7,"data":0.1,"exchange":0.1,"scheduling":0.1}}
      {"kind":"validation","round":1,"epoch":0,"accuracy":0.625}
      {"kind":"of a later version","round":1}
      """;

  @Test
  void everyPartIsThere() {
    String page = page(List.of("cat", "dog", "eel"), "runs/1", curves());
    assertThat(page)
        .contains(
            "runs/1",
            "95\u202f% interval",
            "Training loss",
            "from 2.500 to 1.500",
            "best 62.5\u202f% after epoch 1",
            "60.0\u202f%", // the compute share of both rounds
            "Confusion matrix",
            "Most frequent confusions",
            "Reliability",
            "Most confident mistakes",
            "data:image/png;base64,AQID")
        .doesNotContain("NaN", "Infinity", "null");
    assertWellFormed(page);
  }

  @Test
  void nothingIsFetchedAndNothingRuns() {
    String page = page(List.of("cat", "dog", "eel"), "runs/1", curves());
    assertThat(page).contains("default-src &#39;none&#39;");
    assertThat(page).doesNotContain("<script", "<link", "@import", "url(", "http:", "https:");
    Matcher sources = Pattern.compile("(src|href)=\"([^\"]*)\"").matcher(page);
    while (sources.find()) {
      assertThat(sources.group(2)).startsWith("data:");
    }
  }

  @Test
  void namesAndPathsNeverBecomeMarkup() {
    String evil = "<script>alert(1)</script>";
    String breakOut = "\"'><img src=x onerror=alert(2)>&amp;\u0000";
    String page = page(List.of(evil, breakOut, "</style>"), breakOut + evil, curves());
    assertThat(page).doesNotContain("<script", "<img src=x", "\u0000");
    assertThat(page).contains("&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;amp;");
    assertThat(page.split("</style>", -1)).hasSize(2);
    assertWellFormed(page);
  }

  @Test
  void manyClassesAndNoCurvesStillMakeAPage() {
    for (int classes : new int[] {60, 300}) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < classes; i++) {
        names.add("class " + i);
      }
      String page = page(names, "model.zip", LearningCurves.none());
      assertThat(page).doesNotContain("Learning curves").contains("The other " + (classes - 30));
      assertWellFormed(page);
    }
  }

  @Test
  void aDamagedJournalIsNamed() {
    assertThatThrownBy(() -> LearningCurves.parse("runs/1/journal.jsonl", "{\"kind\":\"rou"))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("runs/1/journal.jsonl");
  }

  @Test
  void axesHaveRoundTicks() {
    assertThat(Axis.covering(0, 0.93, 0, 1, 4).ticks()).hasSize(6).last().isEqualTo(1.0);
    assertThat(Axis.covering(3, 3, 0, 1, 4).high()).isGreaterThan(3);
    assertThat(Axis.covering(0, 0, 0, 1, 4).at(0)).isFinite();
  }

  private static LearningCurves curves() {
    return LearningCurves.parse("journal.jsonl", JOURNAL);
  }

  private static String page(List<String> names, String model, LearningCurves curves) {
    Evaluator evaluator = new Evaluator(names.size());
    for (int i = 0; i < 90; i++) {
      float[] probabilities = new float[names.size()];
      probabilities[i % 3] = 0.1f + 0.01f * i;
      probabilities[(i + 1) % 3] = 0.2f;
      evaluator.add("id" + i, i % 7 % 3, FloatVector.wrap(probabilities));
    }
    EvaluationReport report =
        evaluator.report(new EvaluationSubject("m", "d", Split.TEST, new ClassIndex(names)));
    String worst = report.mistakes().get(0).id();
    Picture picture = Picture.ofPng(2, 2, new byte[] {1, 2, 3});
    return HtmlReport.render(
        report, new ReportSource(model, "data", curves, Map.of(worst, picture)));
  }

  /** Every element is closed in order. */
  private static void assertWellFormed(String page) {
    Deque<String> open = new ArrayDeque<>();
    Matcher tags = Pattern.compile("<(/?)([a-z0-9]+)[^>]*>").matcher(page);
    while (tags.find()) {
      String name = tags.group(2);
      if (tags.group(1).isEmpty()) {
        if (!List.of("meta", "img", "br").contains(name)) {
          open.push(name);
        }
      } else {
        assertThat(open.pop()).isEqualTo(name);
      }
    }
    assertThat(open).isEmpty();
  }
}
