package org.meanfield.architecture;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Finds what others can use and nobody described: packages, types and members that are public or
 * protected. javac's own {@code -Xdoclint:missing} also asks for a tag for each parameter and
 * result, which the house does not want where the sentence says it.
 */
final class MissingJavadoc {
  private static final Set<Tree.Kind> ALL_PUBLIC_INSIDE =
      Set.of(Tree.Kind.INTERFACE, Tree.Kind.ANNOTATION_TYPE);

  private final DocTrees trees;
  private final Set<String> breaches = new TreeSet<>();
  private final Set<String> packagesToDescribe = new TreeSet<>();
  private final Set<String> describedPackages = new TreeSet<>();

  private MissingJavadoc(DocTrees trees) {
    this.trees = trees;
  }

  /**
   * One line for each thing without Javadoc, in order.
   *
   * @param sources folders such as {@code src/main/java}
   */
  static List<String> below(List<Path> sources) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path folder : sources) {
      try (Stream<Path> found = Files.walk(folder)) {
        found.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files));
      MissingJavadoc search = new MissingJavadoc(DocTrees.instance(task));
      for (CompilationUnitTree unit : task.parse()) {
        search.look(unit);
      }
      return search.found();
    }
  }

  private void look(CompilationUnitTree unit) {
    String name = unit.getPackageName().toString();
    TreePath path = new TreePath(unit);
    if (unit.getSourceFile().getName().endsWith("package-info.java")
        && described(new TreePath(path, unit.getPackage()))) {
      describedPackages.add(name);
    }
    for (Tree type : unit.getTypeDecls()) {
      if (type instanceof ClassTree declared && reachable(declared.getModifiers())) {
        packagesToDescribe.add(name);
        lookIntoType(new TreePath(path, declared), name + "." + declared.getSimpleName());
      }
    }
  }

  private void lookIntoType(TreePath path, String name) {
    ClassTree type = (ClassTree) path.getLeaf();
    require(path, name);
    boolean allPublic = ALL_PUBLIC_INSIDE.contains(type.getKind());
    for (Tree member : type.getMembers()) {
      TreePath inside = new TreePath(path, member);
      if (member instanceof ClassTree nested && (allPublic || reachable(nested.getModifiers()))) {
        lookIntoType(inside, name + "." + nested.getSimpleName());
      } else if (member instanceof VariableTree field
          && (allPublic || reachable(field.getModifiers()))) {
        require(inside, name + "." + field.getName());
      } else if (member instanceof MethodTree method
          && (allPublic ? !isPrivate(method) : reachable(method.getModifiers()))
          && !inheritsItsText(method)) {
        require(inside, name + "." + method.getName());
      }
    }
  }

  private void require(TreePath path, String name) {
    if (!described(path)) {
      String kind = path.getLeaf().getKind().toString().toLowerCase(Locale.ROOT);
      breaches.add(name + " has no Javadoc (" + kind + ")");
    }
  }

  private boolean described(TreePath path) {
    String text = trees.getDocComment(path);
    return text != null && !text.isBlank();
  }

  private static boolean reachable(ModifiersTree modifiers) {
    return modifiers.getFlags().contains(Modifier.PUBLIC)
        || modifiers.getFlags().contains(Modifier.PROTECTED);
  }

  private static boolean isPrivate(MethodTree method) {
    return method.getModifiers().getFlags().contains(Modifier.PRIVATE);
  }

  private static boolean inheritsItsText(MethodTree method) {
    return method.getModifiers().getAnnotations().stream()
        .map(AnnotationTree::getAnnotationType)
        .anyMatch(type -> type.toString().equals("Override"));
  }

  private List<String> found() {
    packagesToDescribe.removeAll(describedPackages);
    List<String> found = new ArrayList<>(breaches);
    packagesToDescribe.forEach(each -> found.add(each + " has no described package-info.java"));
    return found;
  }
}
