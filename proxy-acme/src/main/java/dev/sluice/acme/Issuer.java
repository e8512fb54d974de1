package dev.sluice.acme;

import dev.sluice.service.TlsOptions;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority that speaks ACME (RFC 8555).
 *
 * @param directory its directory URL
 * @param staging the directory of its environment for tries, asked after a failure before the real one is; or null
 */
public record Issuer(String directory, @Nullable String staging) {
    /** What a service gets that names no authority, on a server that names none. */
    public static final String LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

    public static Issuer of(String directory) {
        return new Issuer(directory, directory.equals(LETS_ENCRYPT) ? TlsOptions.STAGING_DIRECTORY : null);
    }

    /** The environment for tries, as an authority of its own. */
    @Nullable
    Issuer forTries() {
        return staging == null ? null : new Issuer(staging, null);
    }

    /** As kamal-proxy spells the directory where it names its store: the default authority is the empty text. */
    String storeKey() {
        return directory.equals(LETS_ENCRYPT) ? "" : directory;
    }
}
