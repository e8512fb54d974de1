package dev.sluice.acme;

import dev.sluice.tls.FileStamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A directory of one authority's certificates, in the layout of kamal-proxy's store (Go's autocert): a file {@code
 * <domain>} with a key and its chain, {@code <domain>+rsa} for clients that need RSA, {@code acme_account+key}. Names
 * with other words behind the plus are Sluice's own.
 */
final class FileStore implements CertificateStore {
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS_DIRECTORY = permissions("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS_FILE = permissions("rw-------");
    // Temporary files begin like this; names of hosts do not.
    private static final String TEMPORARY = ".new-";

    private final Path path;

    /**
     * @param authority the authority's directory URL as the options have it; empty for the default authority
     */
    FileStore(String cachePath, String authority) {
        this.path = Path.of(cachePath, sha256(authority));
    }

    private static FileAttribute<Set<PosixFilePermission>> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    @Override
    public byte @Nullable [] load(String name) throws IOException {
        try {
            return Files.readAllBytes(path.resolve(name));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void save(String name, byte[] content) throws IOException {
        Files.createDirectories(path, OWNERS_DIRECTORY);
        Path fresh = path.resolve(TEMPORARY + UUID.randomUUID());
        try {
            try (FileChannel file = FileChannel.open(
                    fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNERS_FILE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            Files.move(fresh, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(fresh);
            throw e;
        }
        // The new name too has to outlive a crash.
        try (FileChannel directory = FileChannel.open(path)) {
            directory.force(true);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(path.resolve(name));
    }

    @Override
    public Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                if (!name.startsWith(TEMPORARY)) {
                    names.add(name);
                }
            }
        } catch (NoSuchFileException e) {
            return names;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }

    @Override
    public Object stamp(String name) {
        return FileStamp.of(path.resolve(name));
    }

    @Override
    public boolean absent(Object stamp) {
        return stamp.equals(FileStamp.ABSENT);
    }

    @Override
    public void selfTest() throws IOException {
        String name = "self-test+" + UUID.randomUUID();
        byte[] content = Instant.now().toString().getBytes(StandardCharsets.US_ASCII);
        save(name, content);
        try {
            if (!Arrays.equals(content, load(name))) {
                throw new IOException(path + " does not give back what is written to it");
            }
        } finally {
            delete(name);
        }
        sweep();
    }

    // What a process left that died while it wrote.
    private void sweep() throws IOException {
        Instant longAgo = Instant.now().minus(1, ChronoUnit.HOURS);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, TEMPORARY + "*")) {
            for (Path file : files) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(longAgo)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    @Override
    public @Nullable Claim claim(String name) throws IOException {
        Files.createDirectories(path, OWNERS_DIRECTORY);
        FileChannel file = FileChannel.open(
                path.resolve(name + "+lock"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNERS_FILE);
        try {
            if (file.tryLock() != null) {
                return file::close;
            }
        } catch (OverlappingFileLockException e) {
            file.close();
            return null;
        }
        file.close();
        return null;
    }

    @Override
    public String location() {
        return path.toString();
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
