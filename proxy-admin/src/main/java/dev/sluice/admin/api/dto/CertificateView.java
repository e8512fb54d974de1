package dev.sluice.admin.api.dto;

import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.CertificateStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the certificate for one name stands. Times are in UTC by RFC 3339.
 *
 * @param state {@code valid}, {@code ordering}, {@code missing}, {@code expired}, {@code expiring} or {@code wrong_name}
 * @param issuer who signed the one that is served; empty while there is none
 * @param nextAttempt when it is renewed, or ordered again; null where nothing is planned, as for files
 * @param error why the last order failed, or what is wrong with the files; empty when nothing is
 */
public record CertificateView(
        String name,
        String state,
        String issuer,
        @Nullable String notAfter,
        @Nullable String nextAttempt,
        String error) {

    static List<CertificateView> of(@Nullable CertificateSource source) {
        return source == null
                ? List.of()
                : source.statuses().stream().map(CertificateView::of).toList();
    }

    public static CertificateView of(CertificateStatus status) {
        return new CertificateView(
                status.name(),
                status.state().label(),
                status.issuer(),
                text(status.notAfter()),
                text(status.nextAttempt()),
                status.error());
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
