package org.meanfield.jobs.ml;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GetStructField;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.ScalaUDF;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionOperation;
import org.apache.spark.sql.catalyst.plans.logical.Sort;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.meanfield.data.ImageFiles;
import org.meanfield.jobs.spark.ImageColumn;
import org.meanfield.jobs.storage.ImagesInPlace;
import org.meanfield.jobs.storage.NotedFiles;
import org.meanfield.jobs.storage.PathName;
import org.meanfield.jobs.storage.Storage;
import scala.collection.JavaConverters;

/**
 * Finds the Parquet column in which a DataFrame's images lie as they are. Between it and the
 * DataFrame there may be what keeps, drops or moves whole rows of these files, and gives the same
 * every time: an image then has one place, whatever the DataFrame makes of the other columns.
 */
final class ParquetImages {
  /** Spark takes them for patterns where it is given files to read. */
  private static final Pattern GLOB = Pattern.compile("[{}\\[\\]*?\\\\]");

  private final Deque<String> column = new ArrayDeque<>();
  private LogicalPlan plan;
  private ExprId image;

  private ParquetImages(LogicalPlan plan, ExprId image) {
    this.plan = plan;
    this.image = image;
  }

  /**
   * What was found.
   *
   * @param files where the images lie; empty where they are to be written
   * @param refusal why they are to be written, as the end of a sentence; empty where they are not
   */
  record Found(Optional<ImageFiles> files, String refusal) {}

  /** Says why images have to be written; caught here. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
      super(reason);
    }
  }

  /** Looks at the plan of a DataFrame, and at the files that it reads. */
  static Found of(Dataset<Row> data, ImageColumn images, Storage storage) {
    try {
      if (images.form() == ImageColumn.Form.PIXELS) {
        throw new Refusal("its images are decoded pixels, of which PNGs are made");
      }
      Dataset<Row> narrow = data.select(images.value());
      LogicalPlan plan = narrow.queryExecution().analyzed();
      ParquetImages search = new ParquetImages(plan, plan.output().head().exprId());
      List<String> column = search.column();
      return new Found(Optional.of(NotedFiles.note(storage, column, files(data))), "");
    } catch (Refusal e) {
      return new Found(Optional.empty(), e.getMessage());
    }
  }

  private static List<String> files(Dataset<Row> data) throws Refusal {
    LogicalPlan plan = data.queryExecution().analyzed();
    if (JavaConverters.seqAsJavaList(plan.metadataOutput()).stream()
        .noneMatch(attribute -> attribute.name().equals(ImagesInPlace.METADATA))) {
      throw new Refusal("Spark tells no file and row behind an alias of other steps");
    }
    // With the hidden column the plan is that of the files, even where the rows are cached.
    Dataset<Row> uncached =
        data.select(data.metadataColumn(ImagesInPlace.METADATA).getField("file_path"));
    List<String> files =
        Arrays.stream(uncached.inputFiles()).map(PathName::unescaped).distinct().toList();
    if (files.isEmpty()) {
      throw new Refusal("it has no files");
    }
    for (String file : files) {
      if (GLOB.matcher(file).find()) {
        throw new Refusal("the name " + file + " reads as a pattern of names");
      }
    }
    return files;
  }

  /** The column in the files, and the field in it where that is a struct. */
  private List<String> column() throws Refusal {
    while (!(plan instanceof LogicalRelation)) {
      if (plan instanceof Project project) {
        require(project);
      } else if (plan instanceof Filter filter) {
        requireRepeatable(filter.condition());
      } else if (!(plan instanceof SubqueryAlias
          || plan instanceof Sort
          || plan instanceof RepartitionOperation)) {
        throw new Refusal(
            plan.children().isEmpty()
                ? "its rows are read from no files of Spark's Parquet source ("
                    + plan.nodeName()
                    + ")"
                : "its plan has a " + plan.nodeName());
      }
      plan = plan.children().head();
    }
    requireParquet((LogicalRelation) plan);
    return List.copyOf(column);
  }

  private void require(Project project) throws Refusal {
    NamedExpression source = null;
    for (NamedExpression each : JavaConverters.seqAsJavaList(project.projectList())) {
      requireRepeatable((Expression) each);
      source = each.exprId().equals(image) ? each : source;
    }
    Expression inner = source instanceof Alias alias ? alias.child() : (Expression) source;
    while (inner instanceof GetStructField field) {
      column.addFirst(field.extractFieldName());
      inner = field.child();
    }
    if (!(inner instanceof AttributeReference attribute)) {
      throw new Refusal("its images are computed: " + ((Expression) source).sql());
    }
    image = attribute.exprId();
  }

  private void requireParquet(LogicalRelation relation) throws Refusal {
    if (!(relation.relation() instanceof HadoopFsRelation files)
        || !files.fileFormat().getClass().equals(ParquetFileFormat.class)) { // others extend it
      throw new Refusal("its rows are read from no Parquet files");
    }
    List<String> read = Arrays.asList(files.location().inputFiles());
    if (Set.copyOf(read).size() < read.size()) {
      throw new Refusal("it reads a file more than once, so that a row has no place of its own");
    }
    for (String option : JavaConverters.mapAsJavaMap(files.options()).keySet()) {
      if (option.startsWith("parquet.") || option.toLowerCase(Locale.ROOT).startsWith("ignore")) {
        throw new Refusal("its Parquet files are read with the option " + option);
      }
    }
    for (AttributeReference attribute : JavaConverters.seqAsJavaList(relation.output())) {
      if (attribute.exprId().equals(image)) {
        column.addFirst(attribute.name());
      }
    }
    if (files.partitionSchema().getFieldIndex(column.getFirst()).isDefined()) {
      throw new Refusal("its images are in the names of folders");
    }
  }

  private static void requireRepeatable(Expression expression) throws Refusal {
    if (expression.deterministic()) {
      return;
    }
    List<Expression> children = JavaConverters.seqAsJavaList(expression.children());
    for (Expression child : children) {
      requireRepeatable(child);
    }
    boolean changing =
        expression instanceof ScalaUDF function
            ? !function.udfDeterministic() && !isOfSparkMl(function)
            : children.stream().allMatch(Expression::deterministic);
    if (changing) {
      throw new Refusal("its plan computes what may differ every time: " + expression.sql());
    }
  }

  /** StringIndexer calls its function non-deterministic only so that Spark runs it once a row. */
  private static boolean isOfSparkMl(ScalaUDF function) {
    return function.function().getClass().getName().startsWith("org.apache.spark.ml.");
  }
}
