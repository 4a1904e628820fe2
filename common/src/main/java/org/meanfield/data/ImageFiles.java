package org.meanfield.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the images of a data set lie that was made without writing them: in Parquet files of
 * others. The data set's own files then hold everything but the image, and its address instead.
 *
 * @param column the column with the encoded images; behind it, where that is a struct, the field
 * @param files in the order that addresses count them
 */
public record ImageFiles(List<String> column, List<ImageFile> files) {
  private static final int ROW_BITS = 40;

  /** Copies the lists, and refuses what no address could name. */
  public ImageFiles {
    column = List.copyOf(column);
    files = List.copyOf(files);
    if (column.isEmpty() || files.isEmpty()) {
      throw new IllegalArgumentException("images that lie elsewhere need a column and files");
    }
  }

  /**
   * One Parquet file, as it was when its images were checked.
   *
   * @param uri absolute, with scheme, unescaped
   * @param bytes length
   * @param modified last change, in milliseconds since 1970 as its file system tells it
   */
  public record ImageFile(String uri, long bytes, long modified) {}

  /**
   * The address of an image: one number for file and row.
   *
   * @param file position in {@link #files}
   * @param row position in the file, from 0
   */
  public static long address(int file, long row) {
    if (row < 0 || row >= 1L << ROW_BITS) {
      throw new IllegalArgumentException("row " + row + " of a file has no address");
    }
    return ((long) file << ROW_BITS) | row;
  }

  /** From a file's URI to its position. */
  public Map<String, Integer> positions() {
    Map<String, Integer> positions = new HashMap<>();
    for (ImageFile file : files) {
      positions.put(file.uri(), positions.size());
    }
    return positions;
  }
}
