import sys

from org.meanfield.jobs.ml import ImageClassifier, ImageFeaturizer
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import StringIndexer
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import SparkSession
from pyspark.sql.functions import expr

folder, output = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()
images = (
    spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(folder)
    .withColumn("class", expr("element_at(split(path, '/'), -2)"))
)
accuracy = MulticlassClassificationEvaluator(metricName="accuracy")
indexer = StringIndexer(inputCol="class", outputCol="label")
classifier = ImageClassifier(
    imageCol="content", model="lenet", workers=2, batchSize=16, epochs=10, runDir=output + "/runs"
)

# Train, save, load, score.
model = Pipeline(stages=[indexer, classifier]).fit(images)
model.write().overwrite().save(output + "/model")
scored = PipelineModel.load(output + "/model").transform(images)
scored.select("path", "predictedLabel", "topK", "reason").show(3, False)
print("accuracy", accuracy.evaluate(scored))

# Search.
grid = (
    ParamGridBuilder()
    .addGrid(classifier.learningRate, [0.00001, 0.01])
    .addGrid(classifier.averagingPeriod, [4])
    .build()
)
search = CrossValidator(
    estimator=classifier, estimatorParamMaps=grid, evaluator=accuracy, numFolds=2
).fit(model.stages[0].transform(images))
best = search.avgMetrics.index(max(search.avgMetrics))
print("best learning rate", grid[best][classifier.learningRate])
search.bestModel.write().overwrite().save(output + "/best")

# Transfer learning.
features = ImageFeaturizer.of(spark, output + "/best", imageCol="content", handleInvalid="skip")
transferred = Pipeline(stages=[indexer, features, LogisticRegression(regParam=0.01)]).fit(images)
transferred.write().overwrite().save(output + "/transferred")
again = PipelineModel.load(output + "/transferred")
print("transferred", accuracy.evaluate(again.transform(images)))
