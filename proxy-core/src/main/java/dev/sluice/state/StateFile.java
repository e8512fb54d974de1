package dev.sluice.state;

import dev.sluice.observe.Events;
import dev.sluice.service.HealthProbe;
import dev.sluice.service.Resources;
import dev.sluice.service.Service;
import dev.sluice.service.StateStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the services in a file, so that whatever ends the daemon, one whole state is found at the next start: the new
 * one is written beside it, synced, and renamed over it, and the one before stays as {@code .previous}. A file that was
 * damaged all the same is kept as {@code .damaged}. Blocking; one call at a time.
 */
public final class StateFile implements StateStore {
    private final Path path;
    private final Path previous;
    private final Path damaged;
    private final Path temporary;
    // Whether the file on disk is one that was read or written whole: only such a one is kept as the previous.
    private boolean good;

    public StateFile(Path path) {
        this.path = path.toAbsolutePath();
        this.previous = beside(".previous");
        this.damaged = beside(".damaged");
        this.temporary = beside(".tmp");
    }

    @Override
    public synchronized void save(Collection<Service> services) {
        try {
            replace(StateCodec.encode(services));
            Events.debug("Saved state", "path", path.toString());
        } catch (IOException | RuntimeException e) {
            Events.error("Unable to save state", "path", path.toString(), "error", words(e));
        }
    }

    /**
     * The services of the file, or when it is damaged those of the one before it. Never fails: what goes wrong is
     * logged, and services that could not be restored carry their fault.
     */
    public synchronized List<Service> load(HealthProbe probe, Resources resources) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(path);
        } catch (NoSuchFileException _) {
            Events.info("No previous state to restore", "path", path.toString());
            return List.of();
        } catch (IOException e) {
            return fallBack("Failed to restore saved state", e, probe, resources);
        }
        try {
            List<Service> services = StateCodec.decode(bytes, probe, resources);
            good = true;
            Events.info("Restored saved state", "path", path.toString());
            return services;
        } catch (DamagedState e) {
            return fallBack("Failed to decode saved state", e, probe, resources);
        }
    }

    private List<Service> fallBack(String message, Exception cause, HealthProbe probe, Resources resources) {
        Events.error(message, "path", path.toString(), "error", words(cause));
        try {
            keepAs(damaged);
            Events.warn("Kept the damaged state file", "path", damaged.toString());
        } catch (IOException e) {
            Events.error("Unable to keep the damaged state file", "path", damaged.toString(), "error", words(e));
        }
        byte[] bytes = readPrevious();
        if (bytes == null) {
            return List.of();
        }
        try {
            List<Service> services = StateCodec.decode(bytes, probe, resources);
            Events.warn("Restored the state before the last change", "path", previous.toString());
            putBack(bytes);
            return services;
        } catch (DamagedState e) {
            Events.error("Failed to decode saved state", "path", previous.toString(), "error", words(e));
            return List.of();
        }
    }

    private byte @Nullable [] readPrevious() {
        try {
            return Files.readAllBytes(previous);
        } catch (NoSuchFileException _) {
            return null;
        } catch (IOException e) {
            Events.error("Failed to restore saved state", "path", previous.toString(), "error", words(e));
            return null;
        }
    }

    // So that the next start finds a whole file, even when nothing is deployed until then.
    private void putBack(byte[] bytes) {
        try {
            replace(bytes);
        } catch (IOException e) {
            Events.error("Unable to save state", "path", path.toString(), "error", words(e));
        }
    }

    private void replace(byte[] bytes) throws IOException {
        Files.createDirectories(directory());
        Files.deleteIfExists(temporary);
        try {
            write(bytes);
            if (good) {
                keepAs(previous);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        good = true;
        syncDirectory();
    }

    private void write(byte[] bytes) throws IOException {
        try (FileChannel file = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            file.force(true);
        }
    }

    // A second name for the file, of which the next rename takes the first.
    private void keepAs(Path other) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        Files.deleteIfExists(other);
        try {
            Files.createLink(other, path);
        } catch (IOException | UnsupportedOperationException _) {
            Files.copy(path, other, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private void syncDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(directory(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private Path directory() {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private Path beside(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private static String words(Exception e) {
        String message = e.getMessage();
        return e instanceof DamagedState && message != null ? message : e.toString();
    }
}
