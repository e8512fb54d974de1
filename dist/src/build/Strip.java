import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

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
            var entries = JarEntries.read(path);
            var manifest = new Manifest(new ByteArrayInputStream(entries.get(JarFile.MANIFEST_NAME)));
            entries.keySet().removeIf(name -> name.endsWith("/") || name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)"));
            if (Boolean.parseBoolean(manifest.getMainAttributes().getValue(Name.MULTI_RELEASE))) {
                forThisVersion(entries);
            }
            entries.replace(JarFile.MANIFEST_NAME, shortened(manifest));
            JarEntries.write(path, entries);
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
                boolean applies = version <= Runtime.version().feature() && !base.startsWith("META-INF/");
                if (applies && version > versions.getOrDefault(base, 0)) {
                    versions.put(base, version);
                    entries.put(base, content);
                }
            }
        }
    }

    private static byte[] shortened(Manifest manifest) throws IOException {
        manifest.getEntries().clear();
        manifest.getMainAttributes().keySet().removeIf(name -> !KEPT.contains(name.toString()));
        var out = new ByteArrayOutputStream();
        manifest.write(out);
        return out.toByteArray();
    }
}
