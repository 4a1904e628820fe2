package org.meanfield.jobs.ingest;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.meanfield.data.Sha256;

/**
 * Identifies a data set's content: the same classes and the same set of (id, label, split, and
 * weight where there are weights) give the same digest, in whatever order and on whatever cluster.
 * The hashes of the examples are summed modulo 2^256, so that nothing needs to be sorted or brought
 * together.
 */
final class DatasetDigest {
  private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

  private DatasetDigest() {}

  /** SHA-256 in hex. The rows have the columns id, label, split and weight (null for none). */
  static String of(List<String> classes, Dataset<Row> examples) {
    BigInteger sum =
        examples
            .select("id", "label", "split", "weight")
            .javaRDD()
            .mapPartitions(new SumOfHashes())
            .fold(BigInteger.ZERO, new Add());
    MessageDigest digest = Sha256.digest();
    digest.update("meanfield data set 1\n".getBytes(StandardCharsets.UTF_8));
    classes.forEach(name -> digest.update((name + "\0").getBytes(StandardCharsets.UTF_8)));
    digest.update(("\n" + sum.toString(16)).getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest());
  }

  private record SumOfHashes() implements FlatMapFunction<Iterator<Row>, BigInteger> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<BigInteger> call(Iterator<Row> rows) {
      BigInteger sum = BigInteger.ZERO;
      MessageDigest digest = Sha256.digest();
      while (rows.hasNext()) {
        Row row = rows.next();
        String line = row.getString(0) + " " + row.getInt(1) + " " + row.getString(2) + weight(row);
        byte[] hash = digest.digest(line.getBytes(StandardCharsets.UTF_8));
        sum = sum.add(new BigInteger(1, hash));
      }
      return List.of(sum.mod(MODULUS)).iterator();
    }

    /** As bits: how a double is written in digits changes from Java to Java. */
    private static String weight(Row row) {
      return row.isNullAt(3)
          ? ""
          : " " + HexFormat.of().toHexDigits(Double.doubleToLongBits(row.getDouble(3)));
    }
  }

  private record Add() implements Function2<BigInteger, BigInteger, BigInteger> {
    private static final long serialVersionUID = 1L;

    @Override
    public BigInteger call(BigInteger left, BigInteger right) {
      return left.add(right).mod(MODULUS);
    }
  }
}
