package org.meanfield.jobs.ml;

import java.io.Serializable;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/** What {@link ImageClassifier} and {@link ImageClassificationModel} have in common. */
final class ScoringParams implements Serializable {
  private static final long serialVersionUID = 1L;

  final ImageParams images;
  final Param<String> labelCol;
  final Param<String> predictionCol;
  final Param<String> probabilityCol;
  final Param<String> rawPredictionCol;
  final Param<String> predictedLabelCol;
  final Param<String> topKCol;
  final IntParam topK;
  final Param<String> featuresCol;
  final Param<String> featuresLayer;
  final Param<String> reasonCol;

  private final Params owner;

  ScoringParams(Params owner, ParamList list) {
    this.owner = owner;
    images = new ImageParams(owner, list);
    labelCol =
        list.addText(
            "labelCol",
            "Column with the class: a name, or a number from 0 on. Numbers that StringIndexer made"
                + " keep its names.",
            "label");
    predictionCol =
        list.addText(
            "predictionCol",
            "Column for the class's number (double, null for a bad image). As for all columns that"
                + " are written: empty for none.",
            "prediction");
    probabilityCol =
        list.addText(
            "probabilityCol", "Column for the probability of each class (vector).", "probability");
    rawPredictionCol =
        list.addText(
            "rawPredictionCol",
            "Column for the natural logarithm of each probability (vector): what softmax turns"
                + " into them.",
            "rawPrediction");
    predictedLabelCol =
        list.addText("predictedLabelCol", "Column for the class's name (text).", "predictedLabel");
    topKCol =
        list.addText(
            "topKCol",
            "Column for the likeliest classes, the best first (array of label and probability).",
            "topK");
    topK = list.addCount("topK", "How many classes topKCol holds, at most.", 5);
    featuresCol =
        list.addText(
            "featuresCol",
            "Column for the values of featuresLayer (vector); empty, the default, for none. They"
                + " cost a second pass over the images.",
            "");
    featuresLayer =
        list.addText(
            "featuresLayer",
            "Layer whose values featuresCol gets; if unset, the one that feeds the classifier.");
    reasonCol =
        list.addText(
            "reasonCol",
            "Column for the reason why an image got no prediction (text, null for good ones).",
            "reason");
  }

  String of(Param<String> param) {
    return owner.getOrDefault(param);
  }

  PredictionColumns output() {
    return new PredictionColumns(
        of(predictionCol),
        of(probabilityCol),
        of(rawPredictionCol),
        of(predictedLabelCol),
        of(topKCol),
        of(reasonCol),
        ((Number) owner.getOrDefault(topK)).intValue());
  }

  FeatureColumns features() {
    return new FeatureColumns(of(featuresCol), "");
  }
}
