import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Takes the signatures off jars: a JVM that loads a class from a signed one keeps a digest of each of its thousands of
 * entries in its heap, and does not take the class from an AOT cache. Where the jars come from was checked when they
 * were downloaded. Jars without a signature stay as they are. Usage: java Unsign.java JAR ...
 */
final class Unsign {

    private Unsign() {}

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            Path path = Path.of(jar);
            var entries = read(path);
            if (entries.keySet().removeIf(name -> name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)"))) {
                entries.replace(JarFile.MANIFEST_NAME, withoutDigests(entries.get(JarFile.MANIFEST_NAME)));
                write(path, entries);
            }
        }
    }

    private static byte[] withoutDigests(byte[] text) throws IOException {
        var manifest = new Manifest(new ByteArrayInputStream(text));
        manifest.getEntries().clear();
        var out = new ByteArrayOutputStream();
        manifest.write(out);
        return out.toByteArray();
    }

    private static Map<String, byte[]> read(Path path) throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipFile(path.toFile())) {
            for (var entry : zip.stream().toList()) {
                try (var in = zip.getInputStream(entry)) {
                    entries.put(entry.getName(), in.readAllBytes());
                }
            }
        }
        return entries;
    }

    private static void write(Path path, Map<String, byte[]> entries) throws IOException {
        try (var zip = new ZipOutputStream(Files.newOutputStream(path))) {
            for (var entry : entries.entrySet()) {
                var target = new ZipEntry(entry.getKey());
                target.setTime(0); // the same jar for the same input
                zip.putNextEntry(target);
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
    }
}
