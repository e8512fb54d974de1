package dev.sluice.service;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which requests go to the rollout targets, decided by the cookie {@value #COOKIE} alone, so that a client stays on
 * its side. The hash is kamal-proxy's: FNV-1a, 32 bit, of the value's bytes.
 */
public final class Rollout {
    /** Set by the application; the proxy only reads it. */
    public static final String COOKIE = "kamal-rollout";

    private static final long MAX_HASH = 0xffff_ffffL;

    private final int percentage;
    private final List<String> allowlist;
    private final Set<String> allowed;
    private final double splitPoint;

    /**
     * @param percentage of the clients with a cookie; 100 and more is everyone, with or without the cookie
     * @param allowlist cookie values that go to the rollout targets whatever their hash
     */
    public Rollout(int percentage, List<String> allowlist) {
        this.percentage = percentage;
        this.allowlist = List.copyOf(allowlist);
        this.allowed = Set.copyOf(allowlist);
        this.splitPoint = splitPoint(percentage);
    }

    /** The hash up to which a value belongs to the rollout, as the state file has it. */
    public static double splitPoint(int percentage) {
        return MAX_HASH * (percentage / 100.0);
    }

    public int percentage() {
        return percentage;
    }

    public List<String> allowlist() {
        return allowlist;
    }

    /** Whether a request with this cookie value (null for none) goes to the rollout targets. */
    public boolean includes(@Nullable String cookie) {
        if (percentage >= 100) {
            return true;
        }
        if (cookie == null || cookie.isEmpty()) {
            return false;
        }
        return allowed.contains(cookie) || hash(cookie) <= splitPoint;
    }

    static long hash(String value) {
        int hash = 0x811c9dc5;
        // Header values are kept as Latin-1, one char a byte: this hashes the bytes that the client sent.
        for (byte b : value.getBytes(StandardCharsets.ISO_8859_1)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        return hash & MAX_HASH;
    }
}
