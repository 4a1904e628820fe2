package org.meanfield.jobs.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.jobs.testing.LocalSpark;
import org.nd4j.linalg.dataset.DataSet;

/** The programs of docs/dl4j.md compile and train, and the first does with stock's master too. */
class DocumentedProgramsTest {
  private static final Path PAGE = Path.of("..", "docs", "dl4j.md");
  private static final Pattern PROGRAM =
      Pattern.compile("```java\n(.*?public class (\\w+) .*?)```", Pattern.DOTALL);
  @TempDir private Path folder;

  @Test
  void theyCompileAndTrain() throws Exception {
    List<String> names = write();
    assertThat(names).containsExactly("Migrated", "Stock", "Resumable");
    // Stock asks an NTP server for the time unless told otherwise.
    System.setProperty(
        "org.deeplearning4j.spark.time.TimeSource",
        "org.deeplearning4j.spark.time.SystemClockTimeSource");
    compile(names);
    JavaSparkContext spark = new JavaSparkContext(LocalSpark.session().sparkContext());
    JavaRDD<DataSet> data = spark.parallelize(TinyMinibatches.images(10), 2);
    MultiLayerConfiguration network = TinyMinibatches.convolutional().getLayerWiseConfigurations();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      for (String name : names) {
        MultiLayerConfiguration own = network.clone();
        boolean resumable = name.equals("Resumable");
        Object trained =
            resumable
                ? program(loader, name, String.class)
                    .invoke(null, spark, data, own, folder.resolve("run").toUri().toString())
                : program(loader, name).invoke(null, spark, data, own);
        MultiLayerNetwork result = (MultiLayerNetwork) trained;
        assertThat(result.getEpochCount()).isEqualTo(3);
        assertThat(result.params().toFloatVector())
            .isNotEqualTo(TinyMinibatches.convolutional().params().toFloatVector());
      }
    }
    assertThat(folder.resolve("run/checkpoints")).isNotEmptyDirectory();
  }

  private static Method program(ClassLoader loader, String name, Class<?>... more)
      throws ReflectiveOperationException {
    List<Class<?>> types =
        new ArrayList<>(
            List.of(JavaSparkContext.class, JavaRDD.class, MultiLayerConfiguration.class));
    types.addAll(List.of(more));
    return loader.loadClass(name).getMethod("train", types.toArray(Class<?>[]::new));
  }

  /** The page's programs, and the first as it was before. */
  private List<String> write() throws IOException {
    List<String> names = new ArrayList<>();
    Matcher matcher = PROGRAM.matcher(Files.readString(PAGE));
    while (matcher.find()) {
      names.add(matcher.group(2));
      Files.writeString(folder.resolve(matcher.group(2) + ".java"), matcher.group(1));
      if (matcher.group(2).equals("Migrated")) {
        names.add("Stock");
        Files.writeString(folder.resolve("Stock.java"), stock(matcher.group(1)));
      }
    }
    return names;
  }

  private static String stock(String migrated) {
    return migrated
        .replace("class Migrated", "class Stock")
        .replace(
            "org.meanfield.jobs.dl4j.Meanfield",
            "org.deeplearning4j.spark.impl.paramavg.ParameterAveraging")
        .replace("new MeanfieldTrainingMaster", "new ParameterAveragingTrainingMaster")
        .replace(
            ".build()",
            ".rddTrainingApproach(org.deeplearning4j.spark.api.RDDTrainingApproach.Direct).build()");
  }

  private void compile(List<String> names) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path")),
                  null,
                  files.getJavaFileObjects(
                      names.stream()
                          .map(name -> folder.resolve(name + ".java"))
                          .toArray(Path[]::new)))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }
}
