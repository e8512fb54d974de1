package dev.sluice.tls;

import dev.sluice.observe.Events;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A chain file and a key file, read again when they change. While a new pair is bad the old one is served. Written by
 * one thread at a time (the opener's, then the poll's), read by event loops.
 */
final class CertificatePair {
    private final Path chain;
    private final Path key;
    private final FilePoll poll;
    private final Runnable look = this::look;

    private volatile @Nullable Certificate current;
    private volatile @Nullable String problem;

    private FileStamp chainSeen = FileStamp.ABSENT;
    private FileStamp keySeen = FileStamp.ABSENT;
    private boolean told;

    CertificatePair(Path chain, Path key, FilePoll poll) {
        this.chain = chain;
        this.key = key;
        this.poll = poll;
    }

    /** Reads the files for the first time. */
    void open() throws CertificateUnusable {
        stamp();
        current = PemFiles.read(chain, key);
    }

    /** As {@link #open}, but waits for the files to become good. */
    void openLater() {
        stamp();
        reread(true);
    }

    void watch() {
        poll.add(look);
    }

    Path chain() {
        return chain;
    }

    /** The one to be served, or null while there was none that is good. */
    @Nullable
    Certificate current() {
        return current;
    }

    /** What is wrong with the files as they are, or null. */
    @Nullable
    String problem() {
        return problem;
    }

    void close() {
        poll.remove(look);
    }

    // A bad pair is told of only when it is seen unchanged again: in between, the second file of a new pair may come.
    // Until it is good it is read at every look, for a changed permission leaves no stamp.
    private void look() {
        boolean changed = stamp();
        if (!changed && problem == null) {
            return;
        }
        reread(false);
        if (changed) {
            told = false;
        } else if (problem != null && !told) {
            told = true;
            Events.warn(
                    "Certificate files cannot be used",
                    "certificate",
                    chain.toString(),
                    "key",
                    key.toString(),
                    "error",
                    problem,
                    "serving",
                    current == null ? "nothing" : "the certificate from before");
        }
    }

    private boolean stamp() {
        FileStamp chainNow = FileStamp.of(chain);
        FileStamp keyNow = FileStamp.of(key);
        boolean changed = !chainNow.equals(chainSeen) || !keyNow.equals(keySeen);
        chainSeen = chainNow;
        keySeen = keyNow;
        return changed;
    }

    private void reread(boolean restored) {
        try {
            Certificate fresh = restored ? PemFiles.reread(chain, key) : PemFiles.read(chain, key);
            Certificate before = current;
            problem = null;
            if (before == null || !fresh.sameContent(before)) {
                current = fresh;
                Events.info(
                        "Certificate loaded",
                        "certificate",
                        chain.toString(),
                        "not_after",
                        fresh.notAfter().toString());
            }
        } catch (CertificateUnusable e) {
            problem = e.getMessage();
        }
    }
}
