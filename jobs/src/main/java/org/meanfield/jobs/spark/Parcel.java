package org.meanfield.jobs.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.SparkEnv;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A value in the form in which Spark ships closures, whatever the application's {@code
 * spark.serializer} is: Kryo, which many applications choose, cannot read records. For what is
 * broadcast, handed out by the driver, or returned by a task.
 *
 * @param <T> what is in it
 */
public final class Parcel<T extends Serializable> implements Serializable {
  private static final long serialVersionUID = 1L;

  private final byte[] content;

  private Parcel(byte[] content) {
    this.content = content;
  }

  /** Packs a value. */
  public static <T extends Serializable> Parcel<T> of(T value) {
    ByteBuffer packed = closures().serialize(value, ClassTag$.MODULE$.apply(value.getClass()));
    byte[] content = new byte[packed.remaining()];
    packed.get(content);
    return new Parcel<>(content);
  }

  /** A new copy of the value with each call. */
  public T open() {
    ClassTag<T> any = ClassTag$.MODULE$.apply(Serializable.class);
    ClassLoader classes = Thread.currentThread().getContextClassLoader();
    return closures().deserialize(ByteBuffer.wrap(content), classes, any);
  }

  private static SerializerInstance closures() {
    return SparkEnv.get().closureSerializer().newInstance();
  }
}
