package org.meanfield.jobs.spark;

import java.util.function.Consumer;
import scala.Function1;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * What an endpoint of Spark's does with messages of one type; it takes no others.
 *
 * @param <M> type of the message
 */
final class OnMessage<M> extends AbstractPartialFunction<Object, BoxedUnit> {
  private final Class<M> type;
  private final Consumer<M> action;

  OnMessage(Class<M> type, Consumer<M> action) {
    this.type = type;
    this.action = action;
  }

  @Override
  public boolean isDefinedAt(Object message) {
    return type.isInstance(message);
  }

  @Override
  @SuppressWarnings("unchecked")
  public <A1, B1> B1 applyOrElse(A1 message, Function1<A1, B1> otherwise) {
    if (!isDefinedAt(message)) {
      return otherwise.apply(message);
    }
    action.accept(type.cast(message));
    return (B1) BoxedUnit.UNIT;
  }
}
