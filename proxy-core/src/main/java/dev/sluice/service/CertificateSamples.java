package dev.sluice.service;

import dev.sluice.observe.CertificateSample;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.CertificateStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The automatic certificates of all services, as the metrics show them. For any thread. */
public final class CertificateSamples {

    private CertificateSamples() {}

    public static Collection<CertificateSample> of(RouteTable table) {
        List<CertificateSample> samples = new ArrayList<>();
        for (Service service : table.services()) {
            CertificateSource source = service.certificates();
            if (source != null) {
                for (CertificateStatus status : source.statuses()) {
                    Instant notAfter = status.notAfter();
                    samples.add(new CertificateSample(
                            service.name(),
                            status.name(),
                            status.state().label(),
                            notAfter == null ? 0 : notAfter.getEpochSecond(),
                            status.failures()));
                }
            }
        }
        return samples;
    }
}
