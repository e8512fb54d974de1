package dev.sluice.acme;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.exception.AcmeException;

/** Looks whether names are proved by records that the operator has made once. Blocking; makes no records itself. */
final class PersistentProof {
    private final DnsLookup lookup;

    PersistentProof(DnsOptions options) {
        lookup = new DnsLookup(options.resolver());
    }

    /**
     * Before an order that only such records can bring to an end: what is missing is told without spending an order.
     * Where the authority does not say by which names it goes (RFC 8555 7.1.1), only its challenges do.
     *
     * @throws OrderFailed with the records that there have to be
     */
    void require(NameSet names, Login login) throws OrderFailed, AcmeException {
        List<String> issuers = new ArrayList<>(login.getSession().getMetadata().getCaaIdentities());
        if (issuers.isEmpty()) {
            return;
        }
        List<String> wishes = new ArrayList<>();
        for (String domain : names.domains()) {
            PersistentRecord wanted = new PersistentRecord(
                    domain, issuers, List.of(login.getAccountLocation().toString()), names.wildcard());
            if (!found(wanted)) {
                wishes.add(wanted.wish());
            }
        }
        if (!wishes.isEmpty()) {
            throw new OrderFailed(String.join("; ", wishes), true, null);
        }
    }

    /** The challenge that a record answers which is there already, or null. */
    @Nullable
    Challenge answered(Authorization authorization, Login login) throws OrderFailed {
        if (!authorization.getIdentifier().getType().equals(Identifier.TYPE_DNS)) {
            return null;
        }
        Optional<Challenge> offered = authorization.findChallenge(ChallengeKind.DNS_PERSIST_01.type());
        return offered.isPresent() && found(wanted(authorization, offered.get(), login)) ? offered.get() : null;
    }

    /** What there has to be for this challenge. */
    PersistentRecord wanted(Authorization authorization, Challenge challenge, Login login) throws OrderFailed {
        return PersistentRecord.of(
                authorization.getIdentifier().getDomain(), challenge, login, authorization.isWildcard());
    }

    private boolean found(PersistentRecord wanted) {
        Instant now = Instant.now();
        return lookup.everywhere(wanted.name(), text -> wanted.provedBy(text, now));
    }
}
