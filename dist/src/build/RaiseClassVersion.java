import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Path;
import java.util.Map;

/**
 * Rewrites jars whose classes are too old for an AOT cache (older than Java 6: they lack the stack maps of today's
 * verifier) as Java 8 classes, in place. Jars without such classes stay as they are, byte for byte.
 * Usage: java RaiseClassVersion.java JAR...
 */
final class RaiseClassVersion {
    private static final int OLDEST_CACHED = ClassFile.JAVA_6_VERSION;
    private static final int RAISED = ClassFile.JAVA_8_VERSION;
    private static final int MAGIC = 0xCAFEBABE;

    private final Map<String, byte[]> entries;
    private final ClassFile classFile;

    private RaiseClassVersion(Map<String, byte[]> entries) {
        this.entries = entries;
        var resolver = ClassHierarchyResolver.ofResourceParsing(this::ownClass)
                .orElse(ClassHierarchyResolver.defaultResolver());
        this.classFile = ClassFile.of(
                StackMapsOption.GENERATE_STACK_MAPS, ClassFile.ClassHierarchyResolverOption.of(resolver));
    }

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            Path path = Path.of(jar);
            var entries = JarEntries.read(path);
            if (entries.values().stream().anyMatch(RaiseClassVersion::isOld)) {
                var raising = new RaiseClassVersion(Map.copyOf(entries));
                entries.replaceAll((_, entry) -> isOld(entry) ? raising.raised(entry) : entry);
                JarEntries.write(path, entries);
            }
        }
    }

    private static boolean isOld(byte[] entry) {
        return entry.length > 8 && intAt(entry, 0) == MAGIC && (intAt(entry, 4) & 0xFFFF) < OLDEST_CACHED;
    }

    private static int intAt(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
    }

    private ByteArrayInputStream ownClass(ClassDesc type) {
        String descriptor = type.descriptorString();
        byte[] bytes = entries.get(descriptor.substring(1, descriptor.length() - 1) + ".class");
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    private byte[] raised(byte[] bytes) {
        // Code is written anew, instruction by instruction, for only then are its stack maps made.
        var code = ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
        var version = ClassTransform.endHandler(builder -> builder.withVersion(RAISED, 0));
        return classFile.transformClass(classFile.parse(bytes), code.andThen(version));
    }
}
