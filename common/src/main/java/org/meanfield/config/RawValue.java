package org.meanfield.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a configuration holds for a key, read as a value of one type. Errors: {@link
 * IllegalArgumentException} with the reason, to be read after the value.
 */
final class RawValue {
  private RawValue() {}

  /** A whole number of up to 32 bits. */
  static Integer toInteger(Object raw) {
    long value = toLong(raw);
    if (value != (int) value) {
      throw new IllegalArgumentException("is not a 32-bit integer");
    }
    return (int) value;
  }

  /** A whole number of up to 64 bits, also written as a decimal. */
  static Long toLong(Object raw) {
    try {
      // Beyond 2^63 a cast would give the largest number there is.
      return raw instanceof Double number
              && number == Math.rint(number)
              && Math.abs(number) < 0x1p63
          ? (long) (double) number
          : Long.parseLong(toText(raw).strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("is not an integer", e);
    }
  }

  /** A finite decimal number. */
  static Double toDecimal(Object raw) {
    try {
      double value = Double.parseDouble(toText(raw).strip());
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("is not a finite number");
      }
      return value;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("is not a number", e);
    }
  }

  /** True or false, in the words that HOCON has for them. */
  static Boolean toFlag(Object raw) {
    return switch (toText(raw).strip().toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> true;
      case "false", "no", "off" -> false;
      default -> throw new IllegalArgumentException("is neither true nor false");
    };
  }

  /** Any single value as text. */
  static String toText(Object raw) {
    if (raw instanceof List<?> || raw instanceof Map<?, ?>) {
      throw new IllegalArgumentException("is not a single value");
    }
    return String.valueOf(raw);
  }

  /** A list, or comma-separated text. */
  static List<Object> toList(Object raw) {
    return raw instanceof List<?> list
        ? List.copyOf(list)
        : Arrays.stream(toText(raw).split(","))
            .<Object>map(String::strip)
            .filter(s -> !s.equals(""))
            .toList();
  }
}
