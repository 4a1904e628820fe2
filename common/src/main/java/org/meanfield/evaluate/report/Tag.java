package org.meanfield.evaluate.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An element of HTML or SVG. Every text and attribute value is escaped on the way out and element
 * names come from code, so nothing that a data set or a path contains can become markup.
 */
final class Tag {
  private static final Set<String> VOID = Set.of("meta", "img", "br");

  private final String name;
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private final List<String> content = new ArrayList<>();

  private Tag(String name) {
    this.name = name;
  }

  static Tag of(String name) {
    return new Tag(name);
  }

  /** With CSS classes. */
  static Tag of(String name, String classes) {
    return new Tag(name).attribute("class", classes);
  }

  /** With CSS classes and a text. */
  static Tag of(String name, String classes, String text) {
    return of(name, classes).text(text);
  }

  Tag attribute(String key, String value) {
    attributes.put(key, value);
    return this;
  }

  /** A coordinate or length, to a hundredth. */
  Tag attribute(String key, double value) {
    return attribute(key, Figures.coordinate(value));
  }

  Tag text(String text) {
    content.add(escape(text));
    return this;
  }

  Tag add(Tag... children) {
    for (Tag child : children) {
      child.appendTo(content);
    }
    return this;
  }

  Tag addAll(List<Tag> children) {
    return add(children.toArray(new Tag[0]));
  }

  /** A style sheet that is part of this program; the one text that is not escaped. */
  static Tag style(String css) {
    if (css.contains("</")) {
      throw new IllegalArgumentException("A style sheet cannot close its own element");
    }
    Tag style = of("style");
    style.content.add(css);
    return style;
  }

  String render() {
    List<String> parts = new ArrayList<>();
    appendTo(parts);
    return String.join("", parts);
  }

  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(isForbidden(c) ? '\uFFFD' : c);
      }
    }
    return escaped.toString();
  }

  /** Control characters other than white space have no place in HTML. */
  private static boolean isForbidden(char c) {
    return (c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 0x7F;
  }

  private void appendTo(List<String> parts) {
    StringBuilder open = new StringBuilder("<").append(name);
    attributes.forEach(
        (key, value) ->
            open.append(' ').append(key).append("=\"").append(escape(value)).append('"'));
    parts.add(open.append('>').toString());
    if (!VOID.contains(name)) {
      parts.addAll(content);
      parts.add("</" + name + ">");
    }
  }
}
