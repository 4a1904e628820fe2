package org.meanfield.architecture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for what should not be in a repository. */
final class RepositoryShape {
  private static final int LONGEST = 400;

  /** What builds and editors leave behind, as in .gitignore. */
  private static final Set<String> SKIPPED =
      Set.of(
          ".git",
          ".idea",
          ".vscode",
          ".settings",
          "target",
          "local",
          "quickstart-output",
          "demo-retrain-output");

  private static final Set<String> TEXTS =
      Set.of("java", "xml", "md", "sh", "py", "conf", "properties", "yaml", "yml", "svg", "");

  private static final Pattern LATER = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern MACHINE =
      Pattern.compile("(?<![\\w.])/(ho" + "me|Use" + "rs|root|wo" + "rk)/\\w");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s:]+)(#[^)]*)?\\)");
  private static final Pattern ADDRESS = Pattern.compile("https?://([\\w.-]+)");

  /** Hosts that build files and scripts may name. */
  private static final Set<String> HOSTS =
      Set.of(
          "www.apache.org",
          "maven.apache.org",
          "repo.maven.apache.org",
          "www.w3.org",
          "github.com",
          "fashion-mnist.s3-website.eu-central-1.amazonaws.com",
          "localhost");

  private RepositoryShape() {}

  /** One line for each thing that is wrong below {@code root}. */
  static List<String> breaches(Path root) throws IOException {
    List<String> breaches = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return SKIPPED.contains(folder.getFileName().toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (TEXTS.contains(extension(file))) {
              check(root, file, breaches);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return breaches;
  }

  private static void check(Path root, Path file, List<String> breaches) throws IOException {
    String name = root.relativize(file).toString();
    List<String> lines = Files.readString(file, StandardCharsets.UTF_8).lines().toList();
    if (name.endsWith(".java") && lines.size() > LONGEST) {
      breaches.add(name + " has " + lines.size() + " lines, at most " + LONGEST + " are readable");
    }
    for (int i = 0; i < lines.size(); i++) {
      String place = name + ":" + (i + 1);
      String line = lines.get(i);
      if (LATER.matcher(line).find()) {
        breaches.add(place + " leaves something for later; do it or open an issue");
      }
      if (MACHINE.matcher(line).find()) {
        breaches.add(place + " names a folder of one machine");
      }
      if (line.endsWith(" ")) {
        breaches.add(place + " ends in a space");
      }
      addHosts(name, place, line, breaches);
      addDeadLinks(file, place, line, breaches);
    }
  }

  private static void addHosts(String name, String place, String line, List<String> breaches) {
    if (name.endsWith(".java") || name.endsWith(".md") || name.endsWith("LICENSE")) {
      return; // there an address is a citation
    }
    Matcher address = ADDRESS.matcher(line);
    while (address.find()) {
      if (!HOSTS.contains(address.group(1))) {
        breaches.add(
            place
                + " names the host "
                + address.group(1)
                + "; only public, well-known hosts belong here");
      }
    }
  }

  private static void addDeadLinks(Path file, String place, String line, List<String> breaches) {
    if (!file.getFileName().toString().endsWith(".md")) {
      return;
    }
    Matcher link = LINK.matcher(line);
    while (link.find()) {
      if (!Files.exists(file.resolveSibling(link.group(1)))) {
        breaches.add(place + " links to " + link.group(1) + ", which is not there");
      }
    }
  }

  private static String extension(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1);
  }
}
