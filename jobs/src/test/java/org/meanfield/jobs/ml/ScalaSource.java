package org.meanfield.jobs.ml;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import scala.Console;
import scala.Function0;
import scala.tools.nsc.Main;

/** Scala, compiled in this process by the compiler of Spark's Scala, on the tests' class path. */
final class ScalaSource {
  private ScalaSource() {}

  /**
   * What the compiler has to say; empty where it compiles.
   *
   * @param folder gets the source and the classes
   */
  static String problems(String source, Path folder) throws IOException {
    Path file = Files.writeString(Files.createTempFile(folder, "Page", ".scala"), source);
    Path classes = Files.createTempDirectory(folder, "classes");
    String[] arguments = {
      "-classpath", System.getProperty("java.class.path"), "-d", classes.toString(), file.toString()
    };
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Function0<Boolean> compile = () -> Main.process(arguments);
    boolean compiled = Console.withErr(said, compile);
    String problems = said.toString(StandardCharsets.UTF_8);
    return compiled || !problems.isEmpty() ? problems : "The compiler failed without a word";
  }
}
