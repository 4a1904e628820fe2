import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Downloads Fashion-MNIST's four official files into a folder and checks each one's SHA-256. Run
 * with {@code java scripts/FetchFashionMnist.java FOLDER}: the JDK alone is enough. A mirror's URL,
 * with a slash at its end, may be given in {@code FASHION_MNIST_URL}.
 */
public final class FetchFashionMnist {
  private static final String SITE =
      System.getenv()
          .getOrDefault(
              "FASHION_MNIST_URL",
              "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/");

  // Of the uncompressed content: gzip's header differs between distributions of the same files.
  private static final Map<String, String> SHA256 =
      new TreeMap<>(
          Map.of(
              "train-images-idx3-ubyte.gz",
              "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
              "train-labels-idx1-ubyte.gz",
              "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
              "t10k-images-idx3-ubyte.gz",
              "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
              "t10k-labels-idx1-ubyte.gz",
              "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"));

  private FetchFashionMnist() {}

  /** Downloads what is not there yet. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 1) {
      System.err.println("usage: java scripts/FetchFashionMnist.java FOLDER");
      System.exit(2);
    }
    try {
      fetchAll(Path.of(args[0]));
    } catch (IOException e) {
      System.err.println("Fashion-MNIST cannot be downloaded: " + e);
      System.exit(1);
    }
  }

  private static void fetchAll(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(20))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    for (Map.Entry<String, String> file : SHA256.entrySet()) {
      fetch(client, folder.resolve(file.getKey()), file.getValue());
    }
  }

  private static void fetch(HttpClient client, Path target, String expected)
      throws IOException, InterruptedException {
    if (Files.exists(target) && sha256(target).equals(expected)) {
      System.out.println("  " + target + " is there");
      return;
    }
    URI source = URI.create(SITE + target.getFileName());
    System.out.println("  " + source);
    Path part = target.resolveSibling(target.getFileName() + ".part");
    HttpRequest request = HttpRequest.newBuilder(source).timeout(Duration.ofMinutes(5)).build();
    int status;
    try {
      status = client.send(request, HttpResponse.BodyHandlers.ofFile(part)).statusCode();
    } catch (IOException e) {
      throw new IOException(source + " cannot be reached", e);
    }
    String found = status == 200 ? sha256(part) : "HTTP status " + status;
    if (!found.equals(expected)) {
      Files.deleteIfExists(part);
      throw new IOException(
          source + ": expected content of SHA-256 " + expected + ", found " + found);
    }
    Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String sha256(Path gzipped) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(gzipped));
        DigestInputStream digest = new DigestInputStream(in, MessageDigest.getInstance("SHA-256"))) {
      digest.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    } catch (ZipException | EOFException e) {
      return "a damaged gzip file: " + e.getMessage();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
