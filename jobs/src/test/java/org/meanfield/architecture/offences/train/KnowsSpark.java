package org.meanfield.architecture.offences.train;

import org.apache.spark.SparkConf;

/** Needs a cluster's classes in the library, and is a program in it. */
final class KnowsSpark {
  private KnowsSpark() {}

  public static void main(String[] args) {
    new SparkConf().set("spark.app.name", args[0]);
  }
}
