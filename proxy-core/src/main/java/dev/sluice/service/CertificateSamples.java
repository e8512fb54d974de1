package dev.sluice.service;

import dev.sluice.observe.CertificateSample;
import dev.sluice.observe.ServedCertificateSample;
import dev.sluice.tls.Certificate;
import dev.sluice.tls.CertificateSource;
import dev.sluice.tls.CertificateStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The certificates of all services, as the metrics show them. For any thread. */
public final class CertificateSamples {

    private CertificateSamples() {}

    /** How they stand, whether they are there or not. */
    public static Collection<CertificateSample> states(RouteTable table) {
        List<CertificateSample> samples = new ArrayList<>();
        for (Service service : table.services()) {
            CertificateSource source = service.certificates();
            if (source != null) {
                for (CertificateStatus status : source.statuses()) {
                    samples.add(new CertificateSample(
                            service.name(), status.name(), status.state().label(), status.failures()));
                }
            }
        }
        return samples;
    }

    /** Those that are served, files and automatic ones. */
    public static Collection<ServedCertificateSample> served(RouteTable table) {
        List<ServedCertificateSample> samples = new ArrayList<>();
        for (Service service : table.services()) {
            CertificateSource source = service.certificates();
            if (source != null) {
                for (Certificate certificate : source.served()) {
                    samples.add(new ServedCertificateSample(
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
