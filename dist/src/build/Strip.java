import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Takes off jars what costs each start time and memory. Signatures: a JVM that loads a class from a signed jar keeps a
 * digest of each of its thousands of entries in its heap, and does not take the class from an AOT cache; where the jars
 * come from was checked when they were downloaded. Manifests: each is read at each start, and they are long, with what
 * is for other class loaders; what the JDK's looks for stays. Usage: java Strip.java JAR ...
 */
final class Strip {
    private static final Set<String> KEPT = Set.of(
            "Manifest-Version", "Multi-Release", "Implementation-Title", "Implementation-Version", "Implementation-Vendor");

    private Strip() {}

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            Path path = Path.of(jar);
            var entries = read(path);
            entries.keySet().removeIf(name -> name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)"));
            entries.replace(JarFile.MANIFEST_NAME, shortened(entries.get(JarFile.MANIFEST_NAME)));
            write(path, entries);
        }
    }

    private static byte[] shortened(byte[] text) throws IOException {
        var manifest = new Manifest(new ByteArrayInputStream(text));
        manifest.getEntries().clear();
        manifest.getMainAttributes().keySet().removeIf(name -> !KEPT.contains(name.toString()));
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
