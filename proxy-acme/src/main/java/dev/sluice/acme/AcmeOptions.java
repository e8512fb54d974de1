package dev.sluice.acme;

import java.time.Duration;
import java.util.List;

/**
 * How this server obtains certificates, for all services.
 *
 * @param directories of the authorities, tried in this order; not empty
 * @param rootFile PEM file with roots that the authorities' own certificates may come from, besides the well-known ones;
 *     empty for none
 * @param email where an authority may write to; empty for none
 * @param eabKeyId for authorities that bind accounts to customers (RFC 8555 7.3.4); empty for none
 * @param eabHmacKey the key of that binding, in base64url
 * @param profile of the certificates, for authorities that offer it; empty for the authority's default
 * @param deployWait how long a deploy waits for its certificates
 * @param dns how names are proved by DNS records
 * @param onDemandKeep how long a host that an on-demand check has allowed stays allowed without being asked for again;
 *     zero for no time at all
 */
public record AcmeOptions(
        List<String> directories,
        String rootFile,
        String email,
        String eabKeyId,
        String eabHmacKey,
        String profile,
        Duration deployWait,
        DnsOptions dns,
        Duration onDemandKeep) {
    public static final Duration DEFAULT_DEPLOY_WAIT = Duration.ofSeconds(3);

    public static final AcmeOptions DEFAULT =
            new AcmeOptions(List.of(Issuer.LETS_ENCRYPT), "", "", "", "", "", DEFAULT_DEPLOY_WAIT, DnsOptions.NONE);

    /** With the usual time for on-demand answers. */
    public AcmeOptions(
            List<String> directories,
            String rootFile,
            String email,
            String eabKeyId,
            String eabHmacKey,
            String profile,
            Duration deployWait,
            DnsOptions dns) {
        this(
                directories,
                rootFile,
                email,
                eabKeyId,
                eabHmacKey,
                profile,
                deployWait,
                dns,
                OnDemandCertificates.ALLOWED);
    }

    public AcmeOptions {
        directories = List.copyOf(directories);
        if (directories.isEmpty()) {
            throw new IllegalArgumentException("an authority is needed");
        }
    }

    List<Issuer> issuers() {
        return directories.stream().map(Issuer::of).toList();
    }

    // Records print all they hold; this one holds a secret.
    @Override
    public String toString() {
        return "AcmeOptions[directories=" + directories + ", email=" + email + ", profile=" + profile + "]";
    }
}
