package org.meanfield.gpucheck;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One part's results, written again after every case: what was measured before a process died is
 * kept.
 */
final class ResultFile {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path file;
  private final Map<String, Object> head = new LinkedHashMap<>();
  private final List<Map<String, Object>> cases = new ArrayList<>();

  ResultFile(Path folder, String part) throws IOException {
    this.file = folder.resolve(part + ".json");
    Files.createDirectories(folder);
    Files.deleteIfExists(file);
  }

  /** A line of the head, such as what computes. */
  void put(String key, Object value) throws IOException {
    head.put(key, value);
    write();
  }

  /** A finished case. */
  void add(Map<String, Object> result) throws IOException {
    cases.add(new LinkedHashMap<>(result));
    write();
  }

  private void write() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>(head);
    all.put("cases", cases);
    write(file, all);
  }

  /** Writes whole or not at all. */
  static void write(Path file, Map<String, Object> content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    JSON.writeValue(temporary.toFile(), content);
    Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** What a part wrote; empty where it wrote nothing. */
  static Map<String, Object> read(Path folder, String part) throws IOException {
    Path file = folder.resolve(part + ".json");
    return Files.exists(file)
        ? JSON.readValue(file.toFile(), new TypeReference<LinkedHashMap<String, Object>>() {})
        : Map.of();
  }
}
