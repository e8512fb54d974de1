package dev.sluice.acme;

import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where certificates, accounts and the record of orders are kept: small texts by name. Several servers may share one.
 * Blocking; for any number of threads.
 */
interface CertificateStore {

    /** What is stored under the name, or null. */
    byte @Nullable [] load(String name) throws IOException;

    /** Stores as a whole or not at all, and returns when that will outlive a crash. */
    void save(String name, byte[] content) throws IOException;

    void delete(String name) throws IOException;

    /** All names that something is stored under. */
    Set<String> names() throws IOException;

    /** Compared with an earlier one it tells, cheaply, whether what is stored has changed. */
    Object stamp(String name);

    /** Whether there is nothing under the name, by its stamp. */
    boolean absent(Object stamp);

    /**
     * Stores something, reads it again and deletes it.
     *
     * @throws IOException when a certificate could not be kept at this moment, and so should not be ordered
     */
    void selfTest() throws IOException;

    /** The sole right to order a certificate; null while another process has it. */
    @Nullable
    Claim claim(String name) throws IOException;

    /** For the operator: where this is. */
    String location();

    /** Held while a certificate is ordered. A process that dies gives it up. */
    interface Claim extends AutoCloseable {
        @Override
        void close() throws IOException;
    }
}
