package org.meanfield.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One run-time setting: its key, type, limits, default and meaning, declared exactly once.
 * Documentation, {@code --print-settings}, validation and command-line options all derive from this
 * declaration.
 *
 * @param <T> what {@link Settings#get} returns for it
 */
public final class Setting<T> {
  private final String key;
  private final Kind kind;
  private final String type;
  private final Function<Object, T> parser;
  private final List<Limit<T>> limits;
  private final Optional<T> fallback;
  private final String doc;

  /** What the values of a setting are, for programs that offer settings in a form of their own. */
  public enum Kind {
    /** A whole number of up to 32 bits. */
    INTEGER,
    /** A whole number of up to 64 bits. */
    LONG,
    /** A decimal number. */
    DECIMAL,
    /** Any text. */
    TEXT,
    /** True or false. */
    FLAG,
    /** One of a few words. */
    CHOICE,
    /** A list of decimal numbers. */
    DECIMALS,
    /** A list of texts. */
    TEXTS
  }

  private Setting(
      String key,
      Kind kind,
      String type,
      Function<Object, T> parser,
      List<Limit<T>> limits,
      Optional<T> fallback,
      String doc) {
    this.key = key;
    this.kind = kind;
    this.type = type;
    this.parser = parser;
    this.limits = List.copyOf(limits);
    this.fallback = fallback;
    this.doc = doc;
  }

  /** A whole number. */
  public static Setting<Integer> integer(String key) {
    return of(key, Kind.INTEGER, "integer", RawValue::toInteger);
  }

  /** A whole number of up to 64 bits. */
  public static Setting<Long> longInteger(String key) {
    return of(key, Kind.LONG, "integer", RawValue::toLong);
  }

  /** A decimal number. */
  public static Setting<Double> decimal(String key) {
    return of(key, Kind.DECIMAL, "number", RawValue::toDecimal);
  }

  /** Any text. */
  public static Setting<String> text(String key) {
    return of(key, Kind.TEXT, "text", RawValue::toText);
  }

  /** True or false. */
  public static Setting<Boolean> flag(String key) {
    return of(key, Kind.FLAG, "true or false", RawValue::toFlag);
  }

  /** One of an enum's constants, written in lower case with dashes. */
  public static <E extends Enum<E>> Setting<E> choice(String key, Class<E> choices) {
    String names =
        Arrays.stream(choices.getEnumConstants())
            .map(Setting::id)
            .collect(Collectors.joining(", "));
    return of(
        key,
        Kind.CHOICE,
        "one of " + names,
        raw ->
            Arrays.stream(choices.getEnumConstants())
                .filter(
                    constant -> id(constant).equals(RawValue.toText(raw).toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not one of " + names)));
  }

  /** A list of decimal numbers: a HOCON list, or comma-separated text. */
  public static Setting<List<Double>> decimals(String key) {
    return of(
        key,
        Kind.DECIMALS,
        "list of numbers",
        raw -> RawValue.toList(raw).stream().map(RawValue::toDecimal).toList());
  }

  /** A list of texts: a HOCON list, or comma-separated text. */
  public static Setting<List<String>> texts(String key) {
    return of(
        key,
        Kind.TEXTS,
        "list of texts",
        raw -> RawValue.toList(raw).stream().map(RawValue::toText).toList());
  }

  /** With an inclusive lower limit. Only for numbers. */
  public Setting<T> atLeast(double minimum) {
    return limited(
        "at least " + plain(minimum), value -> ((Number) value).doubleValue() >= minimum);
  }

  /** With an inclusive upper limit. Only for numbers. */
  public Setting<T> atMost(double maximum) {
    return limited("at most " + plain(maximum), value -> ((Number) value).doubleValue() <= maximum);
  }

  /** With an exclusive lower limit. Only for numbers. */
  public Setting<T> above(double minimum) {
    return limited("above " + plain(minimum), value -> ((Number) value).doubleValue() > minimum);
  }

  /** With an exclusive upper limit. Only for numbers. */
  public Setting<T> below(double maximum) {
    return limited("below " + plain(maximum), value -> ((Number) value).doubleValue() < maximum);
  }

  /** With a limit of any kind; {@code description} reads after "must be". */
  public Setting<T> limited(String description, Predicate<T> holds) {
    List<Limit<T>> more = new ArrayList<>(limits);
    more.add(new Limit<>(description, holds));
    return new Setting<>(key, kind, type, parser, more, fallback, doc);
  }

  /**
   * What it is used for, its unit, and when to change it: a sentence or two for the documentation.
   */
  public Setting<T> means(String meaning) {
    return new Setting<>(key, kind, type, parser, limits, fallback, meaning);
  }

  /** The value where nobody sets one. */
  public Setting<T> defaultsTo(T value) {
    return new Setting<>(key, kind, type, parser, limits, Optional.of(value), doc);
  }

  /** May be absent: {@link Settings#get} returns an empty Optional then. */
  public Setting<Optional<T>> optional() {
    List<Limit<Optional<T>>> lifted =
        limits.stream()
            .map(
                limit ->
                    new Limit<Optional<T>>(
                        limit.description(), v -> v.map(limit.holds()::test).orElse(true)))
            .toList();
    return new Setting<>(
        key,
        kind,
        type,
        raw -> Optional.of(parser.apply(raw)),
        lifted,
        Optional.of(Optional.empty()),
        doc);
  }

  /** Dotted HOCON path. */
  public String key() {
    return key;
  }

  /** The type and its limits in words. */
  public String type() {
    String joined = limits.stream().map(Limit::description).collect(Collectors.joining(", "));
    return joined.isEmpty() ? type : type + ", " + joined;
  }

  /** True for a setting that is either true or false: on a command line its name alone sets it. */
  public boolean isFlag() {
    return kind == Kind.FLAG;
  }

  /** What its values are. */
  public Kind kind() {
    return kind;
  }

  /** The default; empty for a required setting. */
  public Optional<T> fallback() {
    return fallback;
  }

  /** The meaning in a sentence or two. */
  public String doc() {
    return doc;
  }

  /** The value in the form in which a person writes it. */
  public String show(Object value) {
    if (value instanceof Optional<?> optional) {
      return optional.map(this::show).orElse("(none)");
    }
    if (value instanceof List<?> list) {
      return list.stream().map(this::show).collect(Collectors.joining(","));
    }
    if (value instanceof Enum<?> constant) {
      return id(constant);
    }
    return value instanceof Double number ? plain(number) : String.valueOf(value);
  }

  /** True where this setting takes a value, given as a configuration file would give it. */
  public boolean accepts(Object raw) {
    try {
      parse(raw);
      return true;
    } catch (IllegalArgumentException e) {
      return false; // the caller has words of its own for what is wrong
    }
  }

  /**
   * Turns an unwrapped HOCON value into this setting's type.
   *
   * @throws IllegalArgumentException with the reason, to be read after the value
   */
  T parse(Object raw) {
    T value = parser.apply(raw);
    for (Limit<T> limit : limits) {
      if (!limit.holds().test(value)) {
        throw new IllegalArgumentException("must be " + limit.description());
      }
    }
    return value;
  }

  private static <T> Setting<T> of(String key, Kind kind, String type, Function<Object, T> parser) {
    return new Setting<>(key, kind, type, parser, List.of(), Optional.empty(), "");
  }

  private static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  private record Limit<T>(String description, Predicate<T> holds) {}
}
