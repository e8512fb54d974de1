package dev.sluice.acme;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * When an authority would like a certificate to be renewed (RFC 9773 4.1), and the moment in that time that was drawn by
 * lot and is kept, so that restarts do not draw again until it is too early for everybody.
 *
 * @param certificate which one this is about: its serial number in hexadecimal
 */
record RenewalWindow(String certificate, Instant start, Instant end, Instant moment) {

    static RenewalWindow draw(String certificate, Instant start, Instant end, RandomGenerator random) {
        Duration length = Duration.between(start, end);
        long seconds = Math.max(0, length.toSeconds());
        Instant moment = start.plusSeconds(seconds == 0 ? 0 : random.nextLong(seconds));
        return new RenewalWindow(certificate, start, end, moment);
    }

    /** The same draw where the window is the same, else a new one. */
    RenewalWindow updated(Instant newStart, Instant newEnd, RandomGenerator random) {
        return newStart.equals(start) && newEnd.equals(end) ? this : draw(certificate, newStart, newEnd, random);
    }
}
