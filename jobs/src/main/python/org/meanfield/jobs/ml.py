"""The stages of Meanfield for PySpark: see docs/spark-ml.md.

The module has the name of the Java package: PySpark finds the Python class of a saved stage by
the name of its Java class. Every parameter of the Java stage is one of the Python stage, with the
same name, meaning and default; explainParams() lists them.
"""

from pyspark.ml.param import TypeConverters
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator, JavaModel

_CONVERTERS = {
    "BooleanParam": TypeConverters.toBoolean,
    "DoubleArrayParam": TypeConverters.toListFloat,
    "DoubleParam": TypeConverters.toFloat,
    "IntParam": TypeConverters.toInt,
    "LongParam": TypeConverters.toInt,
    "Param": TypeConverters.toString,
    "StringArrayParam": TypeConverters.toListString,
}


class _Stage(JavaMLReadable, JavaMLWritable):
    """A stage that takes its parameters, with types and defaults, from its Java twin."""

    def _create_params_from_java(self):
        super()._create_params_from_java()
        for java_param in self._java_obj.params():
            param = self.getParam(java_param.name())
            param.typeConverter = _CONVERTERS[java_param.getClass().getSimpleName()]
        self._transfer_params_from_java()

    def setParams(self, **params):
        """Sets parameters by name."""
        return self._set(**params)


class ImageClassifier(_Stage, JavaEstimator):
    """Estimator: trains on images and labels. `ImageClassifier(imageCol="content", epochs=5)`."""

    def __init__(self, **params):
        super().__init__()
        self._java_obj = self._new_java_obj(__name__ + ".ImageClassifier", self.uid)
        self._create_params_from_java()
        self._set(**params)

    def _create_model(self, java_model):
        return ImageClassificationModel(java_model)


class _Network(_Stage, JavaModel):
    @classmethod
    def of(cls, spark, uri, **params):
        """With the network of a run, a model.zip, an export, or a saved model."""
        java_class = getattr(spark._jvm.org.meanfield.jobs.ml, cls.__name__)
        return cls(java_class.of(spark._jsparkSession, uri))._set(**params)


class ImageClassificationModel(_Network):
    """Model: adds predictions to images."""

    @property
    def classNames(self):
        """Names of the classes: a prediction is a position in this list."""
        return list(self._call_java("classNames"))

    @property
    def modelId(self):
        """Identifies the weights: the same id scores the same way."""
        return self._call_java("modelId")


class ImageFeaturizer(_Network):
    """Transformer: describes images by the values of a layer of a trained network."""
