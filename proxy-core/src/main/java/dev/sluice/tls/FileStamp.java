package dev.sluice.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * By what a file is known to have changed without reading it. Links are followed, so that one pointed elsewhere is a
 * change.
 *
 * @param fileKey device and inode, as the file system tells them
 */
public record FileStamp(
        @Nullable FileTime modified, long size, @Nullable Object fileKey) {
    /** Of a file that is not there, or that may not be looked at. */
    public static final FileStamp ABSENT = new FileStamp(null, -1, null);

    /** Spelled out, as everything else that runs at each start: a record's own is made by bootstrap, in 12 ms. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof FileStamp stamp
                && size == stamp.size
                && Objects.equals(modified, stamp.modified)
                && Objects.equals(fileKey, stamp.fileKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(modified, size, fileKey);
    }

    public static FileStamp of(Path file) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(found.lastModifiedTime(), found.size(), found.fileKey());
        } catch (IOException e) {
            return ABSENT;
        }
    }
}
