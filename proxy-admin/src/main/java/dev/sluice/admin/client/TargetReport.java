package dev.sluice.admin.client;

/**
 * Why a target was not found healthy, as the daemon reports it.
 *
 * @param last what the last check found
 * @param detail more of it, such as the first bytes of a body; may be empty
 * @param hint what an operator might do; may be empty
 */
public record TargetReport(String target, long tries, String last, String detail, String hint) {

    static TargetReport of(JsonObject json) {
        return new TargetReport(
                json.text("target"), json.number("tries"), json.text("last"), json.text("detail"), json.text("hint"));
    }
}
