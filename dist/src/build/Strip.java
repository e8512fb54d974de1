import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Takes off jars what costs each start time and memory. Signatures: a JVM that loads a class from a signed jar keeps a
 * digest of each of its thousands of entries in its heap, and does not take the class from an AOT cache; where the jars
 * come from was checked when they were downloaded. Manifests: each is read at each start, and they are long, with what
 * is for other class loaders; what the JDK's looks for stays. Folders and what multi-release jars have for other versions
 * of Java than this one: opening a jar costs by its entries, and Bouncy Castle has 6,000. Usage: java Strip.java JAR ...
 */
final class Strip {
    private static final Set<String> KEPT = Set.of(
            "Manifest-Version", "Implementation-Title", "Implementation-Version", "Implementation-Vendor");
    private static final Pattern VERSIONED = Pattern.compile("META-INF/versions/([0-9]+)/(.+)");

    private Strip() {}

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            Path path = Path.of(jar);
            var entries = read(path);
            entries.keySet().removeIf(name -> name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)"));
            entries.keySet().removeIf(name -> name.endsWith("/"));
            forThisVersion(entries);
            entries.replace(JarFile.MANIFEST_NAME, shortened(entries.get(JarFile.MANIFEST_NAME)));
            write(path, entries);
        }
    }

    /** Leaves of each class the one that the JVM that runs this would take (JAR File Specification, Multi-release). */
    private static void forThisVersion(Map<String, byte[]> entries) {
        var versions = new HashMap<String, Integer>();
        for (var name : List.copyOf(entries.keySet())) {
            var versioned = VERSIONED.matcher(name);
            if (versioned.matches()) {
                byte[] content = entries.remove(name);
                int version = Integer.parseInt(versioned.group(1));
                String base = versioned.group(2);
                if (version <= Runtime.version().feature() && version > versions.getOrDefault(base, 0)) {
                    versions.put(base, version);
                    entries.put(base, content);
                }
            }
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
