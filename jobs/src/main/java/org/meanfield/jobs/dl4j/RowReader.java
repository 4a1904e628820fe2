package org.meanfield.jobs.dl4j;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import org.deeplearning4j.core.loader.DataSetLoader;
import org.deeplearning4j.core.loader.MultiDataSetLoader;
import org.meanfield.engine.nd4j.ExampleRows;
import org.meanfield.error.DataException;
import org.meanfield.jobs.storage.ExecutorStorage;
import org.nd4j.common.loader.Loader;
import org.nd4j.common.loader.Source;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/**
 * Turns an element of somebody's RDD into examples, on an executor.
 *
 * @param <T> what the RDD holds
 */
interface RowReader<T> extends Serializable {

  /**
   * The examples of one element.
   *
   * @throws DataException where it cannot be read or is nothing that an engine trains on
   */
  ExampleRows read(T element);

  /** Minibatches of one input and one output. */
  record Minibatches() implements RowReader<DataSet> {
    @Override
    public ExampleRows read(DataSet element) {
      return ExampleRows.of(element);
    }
  }

  /** Minibatches that may have several. */
  record MultiMinibatches() implements RowReader<MultiDataSet> {
    @Override
    public ExampleRows read(MultiDataSet element) {
      return ExampleRows.of(element);
    }
  }

  /** Paths of minibatches of one input and one output. */
  record Files(DataSetLoader loader, ExecutorStorage storage) implements RowReader<String> {
    @Override
    public ExampleRows read(String path) {
      return ExampleRows.of(load(loader, path, storage));
    }
  }

  /** Paths of minibatches that may have several. */
  record MultiFiles(MultiDataSetLoader loader, ExecutorStorage storage)
      implements RowReader<String> {
    @Override
    public ExampleRows read(String path) {
      return ExampleRows.of(load(loader, path, storage));
    }
  }

  private static <D> D load(Loader<D> loader, String path, ExecutorStorage storage) {
    try {
      return loader.load(new StoredSource(path, storage));
    } catch (IOException | RuntimeException e) {
      throw new DataException(
          path
              + " cannot be loaded by "
              + loader.getClass().getName()
              + " ("
              + e.getMessage()
              + "); write it again, or leave its path out",
          e);
    }
  }

  /** A file as loaders ask for it. */
  record StoredSource(String path, ExecutorStorage storage) implements Source {
    @Override
    public InputStream getInputStream() {
      return storage.storage().open(path);
    }

    @Override
    public String getPath() {
      return path;
    }
  }
}
