package dev.sluice.tls;

import java.nio.file.Path;

/** Certificates that operators bring as files. Blocking; for virtual threads. */
public final class FileCertificates {
    private final FilePoll poll;

    /**
     * @param poll looks for changed files; closed by whoever made it
     */
    public FileCertificates(FilePoll poll) {
        this.poll = poll;
    }

    /**
     * Opens a pair that has to be good now, and follows its changes until the source is closed.
     *
     * @throws CertificateUnusable when it is not; nothing is watched then
     */
    public CertificateSource open(Path chain, Path key) throws CertificateUnusable {
        CertificatePair pair = new CertificatePair(chain, key, poll);
        pair.open();
        pair.watch();
        return pair;
    }

    /** Opens a pair that may be bad or missing: then the source has a fault, until the files are good. */
    public CertificateSource openLater(Path chain, Path key) {
        CertificatePair pair = new CertificatePair(chain, key, poll);
        pair.openLater();
        pair.watch();
        return pair;
    }
}
