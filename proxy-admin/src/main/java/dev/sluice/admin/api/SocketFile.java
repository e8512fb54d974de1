package dev.sluice.admin.api;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix socket, which only its owner may open (mode 0600) at any moment: the socket is bound in a directory
 * closed to others, its mode set, and then it is moved to its place. Blocking.
 */
final class SocketFile {
    private final Path path;
    private @Nullable Object identity;

    /** Binds a socket to a path that does not exist, which creates its file. */
    @FunctionalInterface
    interface Binding {
        void bind(Path at) throws IOException;
    }

    SocketFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    /**
     * Creates the file in place of a socket that was left there.
     *
     * @throws IOException when there is a file of another kind, or the directory cannot be written
     */
    void create(Binding binding) throws IOException {
        BasicFileAttributes standing = attributes();
        if (standing != null && !standing.isOther()) {
            throw new FileAlreadyExistsException(
                    path + " exists and is not a socket: remove it, or choose another path");
        }
        Path room = privateDirectory();
        Path draft = room.resolve("s");
        try {
            binding.bind(draft);
            Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-------"));
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
            identity = Objects.requireNonNull(attributes()).fileKey();
        } finally {
            Files.deleteIfExists(draft);
            Files.delete(room);
        }
    }

    /** Removes the file, unless another process has put its own in its place. */
    void remove() throws IOException {
        BasicFileAttributes standing = attributes();
        if (standing != null && Objects.equals(standing.fileKey(), identity)) {
            Files.delete(path);
        }
    }

    private @Nullable BasicFileAttributes attributes() throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException _) {
            return null;
        }
    }

    // The name is short because a socket's path must not be longer than about 100 bytes.
    private Path privateDirectory() throws IOException {
        String name = "." + Integer.toString(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE), 36);
        return Files.createDirectory(
                path.resolveSibling(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
