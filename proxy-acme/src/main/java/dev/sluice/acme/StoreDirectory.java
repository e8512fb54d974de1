package dev.sluice.acme;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the certificates of one authority are kept, in the layout of kamal-proxy's store (Go's autocert): a directory
 * per authority, in it a file {@code <domain>} with an elliptic-curve key and its chain, and {@code <domain>+rsa} for
 * clients that need RSA. Blocking.
 */
final class StoreDirectory {
    /** What follows the domain in the name of the file with the RSA key. */
    static final String RSA = "+rsa";

    private final Path path;

    /**
     * @param acmeDirectory the authority's URL as the options have it; empty for the default authority
     */
    StoreDirectory(String cachePath, String acmeDirectory) {
        this.path = Path.of(cachePath, sha256(acmeDirectory));
    }

    Path path() {
        return path;
    }

    Path file(String domain) {
        return path.resolve(domain);
    }

    Path rsaFile(String domain) {
        return path.resolve(domain + RSA);
    }

    /** The domains that have a file, in their order; none when there is no such directory yet. */
    Set<String> domains() throws IOException {
        Set<String> domains = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                String domain = name.endsWith(RSA) ? name.substring(0, name.length() - RSA.length()) : name;
                // Other files are challenge tokens and the account, all with a '+' or without any dot.
                if (domain.indexOf('+') < 0 && domain.indexOf('.') > 0 && !domain.equals("acme_account.key")) {
                    domains.add(domain);
                }
            }
        } catch (NoSuchFileException e) {
            return domains;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return domains;
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
