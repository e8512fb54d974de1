package dev.sluice.service;

import dev.sluice.observe.CertificateSample;
import dev.sluice.tls.Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The certificates that all services serve, as the metrics show them. For any thread. */
public final class CertificateSamples {

    private CertificateSamples() {}

    public static Collection<CertificateSample> of(RouteTable table) {
        List<CertificateSample> samples = new ArrayList<>();
        for (Service service : table.services()) {
            if (service.certificates() != null) {
                for (Certificate certificate : service.certificates().served()) {
                    samples.add(new CertificateSample(
                            service.name(),
                            certificate.names().isEmpty()
                                    ? ""
                                    : certificate.names().getFirst(),
                            certificate.key().getAlgorithm(),
                            certificate.notAfter().getEpochSecond()));
                }
            }
        }
        return samples;
    }
}
