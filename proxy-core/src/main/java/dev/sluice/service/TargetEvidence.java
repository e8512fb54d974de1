package dev.sluice.service;

/**
 * Why a target was not found healthy.
 *
 * @param tries how many checks were made
 * @param last what the last one found, in words; empty when none ended in time
 * @param detail more of it: the first bytes of a body, a Location; empty for none
 * @param hint what an operator might do; empty when the cause is not a usual one
 */
public record TargetEvidence(String target, int tries, String last, String detail, String hint) {

    static TargetEvidence of(Target target, HealthCheck check) {
        HealthResult last = check.last();
        int tries = check.tries();
        if (last == null) {
            return new TargetEvidence(
                    target.address().text(), tries, "no check ended in time", "", "see --health-check-timeout");
        }
        String detail = "";
        if (last instanceof HealthResult.WrongStatus wrong) {
            detail = wrong.location().isEmpty() ? wrong.body() : "Location: " + wrong.location();
        }
        return new TargetEvidence(
                target.address().text(),
                tries,
                last.healthy() ? "was healthy, the others were not" : last.message(),
                detail,
                last.hint());
    }

    /** One line for a person. */
    public String line() {
        StringBuilder line = new StringBuilder(target).append(": ").append(last).append(" (");
        line.append(tries).append(tries == 1 ? " try)" : " tries)");
        if (!detail.isEmpty()) {
            line.append(": ").append(detail);
        }
        return line.toString();
    }
}
