package org.meanfield.jobs.ml;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleArrayParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.meanfield.config.Setting;
import scala.runtime.AbstractFunction1;

/** The parameters of one stage, in the making and afterwards. Belongs to its stage. */
final class ParamList implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Params owner;
  private final List<Param<?>> params = new ArrayList<>();

  /** Of a stage whose uid is known already. */
  ParamList(Params owner) {
    this.owner = owner;
  }

  /** Adds a parameter for each setting. */
  void addSettings(List<Setting<?>> settings) {
    for (Setting<?> setting : settings) {
      Param<Object> param = paramOf(setting);
      params.add(param);
      SettingValues.fallback(setting).ifPresent(value -> owner.setDefault(param, value));
    }
  }

  /** Adds a text parameter with a default. */
  Param<String> addText(String name, String doc, String fallback) {
    Param<String> param = addText(name, doc);
    owner.setDefault(param, fallback);
    return param;
  }

  /** Adds a text parameter without a default. */
  Param<String> addText(String name, String doc) {
    Param<String> param = new Param<>(owner, name, doc);
    params.add(param);
    return param;
  }

  /** Adds a text parameter that takes a few words only; the first is the default. */
  Param<String> addChoice(String name, String doc, List<String> words) {
    String all = String.join(", ", words);
    Param<String> param =
        new Param<>(owner, name, doc + " One of " + all + ".", new OneOf<>(List.copyOf(words)));
    params.add(param);
    owner.setDefault(param, words.get(0));
    return param;
  }

  /** Adds a parameter for a whole number of 1 or more. */
  IntParam addCount(String name, String doc, int fallback) {
    IntParam param = new IntParam(owner, name, doc, new Positive());
    params.add(param);
    owner.setDefault(param, fallback);
    return param;
  }

  /** Sets one to a value, given in its type or as {@link SettingValues#typed} takes it. */
  void set(String name, Object value) {
    Param<Object> param = owner.getParam(name);
    owner.set(param, SettingValues.typed(param, value));
  }

  /** All of them in the order of their names, as Spark lists a stage's parameters. */
  Param<?>[] sorted() {
    return params.stream().sorted(Comparator.comparing(Param::name)).toArray(Param<?>[]::new);
  }

  /**
   * Those of some settings that somebody has set, as a configuration: defaults stay the command's.
   */
  Config given(List<Setting<?>> settings) {
    Config given = ConfigFactory.empty();
    for (Setting<?> setting : settings) {
      String name = DeclaredSettings.parameterOf(setting);
      Param<Object> param = owner.getParam(name);
      if (owner.isSet(param)) {
        Object value = SettingValues.forConfiguration(owner.get(param).get());
        given =
            given.withValue(
                setting.key(), ConfigValueFactory.fromAnyRef(value, "parameter " + name));
      }
    }
    return given;
  }

  @SuppressWarnings("unchecked") // a parameter takes what its kind of setting is made of
  private Param<Object> paramOf(Setting<?> setting) {
    String name = DeclaredSettings.parameterOf(setting);
    String doc = setting.doc() + " (" + setting.key() + ": " + setting.type() + ")";
    Accepted<Object> accepted = new Accepted<>(name);
    Param<?> param =
        switch (setting.kind()) {
          case INTEGER -> new IntParam(owner, name, doc, accepted);
          case LONG -> new LongParam(owner, name, doc, accepted);
          case DECIMAL -> new DoubleParam(owner, name, doc, accepted);
          case FLAG -> new BooleanParam(owner, name, doc);
          case TEXT, CHOICE -> new Param<>(owner, name, doc, new Accepted<String>(name));
          case DECIMALS -> new DoubleArrayParam(owner, name, doc, new Accepted<double[]>(name));
          case TEXTS -> new StringArrayParam(owner, name, doc, new Accepted<String[]>(name));
        };
    return (Param<Object>) param;
  }

  /** The limits of a setting. */
  private static final class Accepted<T> extends AbstractFunction1<T, Object>
      implements Serializable {
    private static final long serialVersionUID = 1L;
    private final String parameter;

    Accepted(String parameter) {
      this.parameter = parameter;
    }

    @Override
    public Object apply(T value) {
      return DeclaredSettings.of(parameter).accepts(SettingValues.forConfiguration(value));
    }
  }

  private static final class OneOf<T> extends AbstractFunction1<T, Object> implements Serializable {
    private static final long serialVersionUID = 1L;
    private final List<T> values;

    OneOf(List<T> values) {
      this.values = values;
    }

    @Override
    public Object apply(T value) {
      return values.contains(value);
    }
  }

  private static final class Positive extends AbstractFunction1<Object, Object>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Object apply(Object value) {
      return (Integer) value > 0;
    }
  }
}
