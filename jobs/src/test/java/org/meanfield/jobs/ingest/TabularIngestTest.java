package org.meanfield.jobs.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.meanfield.data.DatasetManifest;
import org.meanfield.data.Split;
import org.meanfield.image.ImageDecoder;

class TabularIngestTest {
  private static final int PER_CLASS = 12;
  @TempDir private Path folder;

  @Test
  void parquetOfBytesAndNamesGivesTheDataSetOfTheFolder() throws IOException {
    Path input = folder.resolve("in");
    for (String name : TinyImages.CLASSES) {
      IngestRuns.draw(input.resolve(name), name, 0, PER_CLASS);
    }
    String fromFolder = IngestRuns.ingest(input, folder.resolve("a")).manifest().digest();
    Path parquet = folder.resolve("table");
    rows().write().parquet(parquet.toString());
    DatasetManifest manifest = IngestRuns.ingest(parquet, folder.resolve("b")).manifest();
    assertThat(manifest.source().format()).isEqualTo("parquet");
    assertThat(manifest.digest()).isEqualTo(fromFolder);
    List<String> origins =
        IngestRuns.open(folder.resolve("b"))
            .split(Split.TRAIN)
            .select("origin")
            .collectAsList()
            .stream()
            .map(row -> row.getString(0))
            .toList();
    assertThat(origins).allMatch(origin -> origin.matches("part-.*\\.parquet#\\d+"));
  }

  @Test
  void aTableThatIsNoneIsRefusedWithWhatToDo() throws IOException {
    Path csv = folder.resolve("labels.csv");
    Files.writeString(csv, "path,label\n1.png,a\n", StandardCharsets.UTF_16);
    assertThat(refusal(csv)).contains("labels.csv is in UTF-16; save it as CSV in UTF-8");
    Files.writeString(csv, "filename,kind\n1.png,a\n");
    assertThat(refusal(csv)).contains("[filename, kind]", "'label'", "ingest.label-column");
    Files.writeString(csv, "path;label\n1.png;a\n");
    assertThat(refusal(csv)).contains("has 1 columns", "comma between them");
    Path parquet = Files.writeString(folder.resolve("table.parquet"), "no Parquet at all, it is");
    assertThat(refusal(parquet)).contains("table.parquet", "cannot be read as Parquet");
  }

  private String refusal(Path input) throws IOException {
    IngestRuns.Outcome outcome = IngestRuns.run(input, folder.resolve("refused"));
    assertThat(outcome.exitCode()).isEqualTo(3);
    return outcome.errors();
  }

  @Test
  void linesWithoutAUsablePathAreRejectedOneByOne() throws IOException {
    Path input = Files.createDirectories(folder.resolve("in"));
    IngestRuns.draw(input.resolve("disc"), "disc", 0, PER_CLASS);
    StringBuilder lines = new StringBuilder("path,label\r\n");
    for (int i = 0; i < PER_CLASS; i++) {
      lines.append("disc/").append(i).append(".png,disc\r\n");
    }
    lines.append("C:/pictures/1.png,disc\r\nnosuch://host/1.png,disc\r\n,disc\r\n,\r\n");
    Files.writeString(input.resolve("labels.csv"), lines);
    IngestRuns.Outcome outcome =
        IngestRuns.run(
            input.resolve("labels.csv"),
            folder.resolve("out"),
            "--set",
            "ingest.max-reject-fraction=0.5");
    assertThat(outcome.exitCode()).as(outcome.errors()).isZero();
    assertThat(outcome.result().path("examples").asInt()).isEqualTo(PER_CLASS);
    assertThat(outcome.result().path("rejected").asInt()).isEqualTo(3);
  }

  @Test
  void parquetOfPathsAndNumbersWithNamedColumns() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < PER_CLASS; i++) {
      rows.add(RowFactory.create("_pictures/" + i + ".png", 1L, i < 8 ? "train" : "test"));
    }
    rows.add(RowFactory.create("_pictures/gone.png", 0L, "train"));
    StructType schema =
        new StructType()
            .add("where", DataTypes.StringType)
            .add("class", DataTypes.LongType)
            .add("part", DataTypes.StringType);
    Path parquet = folder.resolve("table");
    IngestRuns.spark().createDataFrame(rows, schema).write().parquet(parquet.toString());
    IngestRuns.draw(parquet.resolve("_pictures"), "disc", 0, PER_CLASS);
    DatasetManifest manifest =
        IngestRuns.ingest(
                parquet,
                folder.resolve("out"),
                "--format",
                "parquet",
                "--set",
                "ingest.image-column=where",
                "--set",
                "ingest.label-column=class",
                "--set",
                "ingest.split-column=part",
                "--set",
                "ingest.class-names=square,disc",
                "--set",
                "ingest.max-reject-fraction=0.9")
            .manifest();
    assertThat(manifest.rejects()).containsOnlyKeys("unreadable");
    assertThat(manifest.examples(Split.TEST)).isEqualTo(4);
    assertThat(manifest.classes().names()).containsExactly("square", "disc");
  }

  @Test
  void parquetOfStructs() throws IOException {
    Dataset<Row> rows = rows();
    Path nested = folder.resolve("nested");
    rows.selectExpr("struct(image as bytes, label as path) as image", "1 as label")
        .write()
        .parquet(nested.toString());
    DatasetManifest manifest = IngestRuns.ingest(nested, folder.resolve("a")).manifest();
    assertThat(manifest.examples()).isEqualTo(3 * PER_CLASS);
    assertThat(manifest.classes().names()).containsExactly("1");

    Path decoded = folder.resolve("decoded");
    IngestRuns.spark()
        .sql(
            "select struct('x' as origin, 1 as height, 2 as width, 3 as nChannels, 16 as mode,"
                + " unhex('010203040506') as data) as image, 'a' as label")
        .write()
        .parquet(decoded.toString());
    Row row = IngestRuns.ingest(decoded, folder.resolve("b")).split(onlySplit("b")).first();
    var image = ImageDecoder.decode(row.<byte[]>getAs("image"), 3);
    assertThat(List.of(image.value(0, 0, 0), image.value(0, 0, 2), image.value(0, 1, 0)))
        .containsExactly(3, 1, 6);
  }

  @Test
  void csvWithAndWithoutHeader() throws IOException {
    Path input = folder.resolve("in");
    StringBuilder plain = new StringBuilder();
    StringBuilder headed = new StringBuilder("split,label,path\n");
    for (String name : TinyImages.CLASSES) {
      IngestRuns.draw(input.resolve("my pictures").resolve(name), name, 0, PER_CLASS);
      for (int i = 0; i < PER_CLASS; i++) {
        String path = "my pictures/" + name + "/" + i + ".png";
        plain.append(path).append(", ").append(name).append('\n');
        headed.append(i < 8 ? "train" : "test").append(',').append(name).append(',');
        headed.append('"').append(path).append("\"\n");
      }
    }
    Path first = Files.writeString(input.resolve("plain.csv"), plain);
    Path second = Files.writeString(input.resolve("headed.csv"), headed);
    DatasetManifest manifest = IngestRuns.ingest(first, folder.resolve("a")).manifest();
    assertThat(manifest.source().format()).isEqualTo("csv");
    assertThat(manifest.examples()).isEqualTo(3 * PER_CLASS);
    assertThat(manifest.classes().names()).isEqualTo(TinyImages.CLASSES);
    DatasetManifest given =
        IngestRuns.ingest(second, folder.resolve("b"), "--set", "ingest.validation-fraction=0")
            .manifest();
    assertThat(given.splits().get(Split.TRAIN).byClass()).containsExactly(8L, 8L, 8L);
    assertThat(given.splits().get(Split.TEST).byClass()).containsExactly(4L, 4L, 4L);
  }

  @Test
  void wrongColumnsAndUnknownLabelsAreNamed() throws IOException {
    Path parquet = folder.resolve("table");
    rows().withColumnRenamed("label", "kind").write().parquet(parquet.toString());
    IngestRuns.Outcome outcome = IngestRuns.run(parquet, folder.resolve("out"));
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.errors()).contains("no column 'label'").contains("[image, kind]");
    IngestRuns.Outcome unknown =
        IngestRuns.run(
            parquet,
            folder.resolve("out"),
            "--set",
            "ingest.label-column=kind",
            "--set",
            "ingest.class-names=disc,square");
    assertThat(unknown.exitCode()).isEqualTo(3);
    assertThat(unknown.errors()).contains("[stripes]").contains("ingest.class-names");
  }

  private Split onlySplit(String output) {
    return IngestRuns.open(folder.resolve(output)).manifest().splits().keySet().iterator().next();
  }

  private static Dataset<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (String name : TinyImages.CLASSES) {
      for (int i = 0; i < PER_CLASS; i++) {
        rows.add(RowFactory.create(IngestRuns.png(name, i), name));
      }
    }
    return IngestRuns.spark()
        .createDataFrame(
            rows,
            new StructType().add("image", DataTypes.BinaryType).add("label", DataTypes.StringType));
  }
}
