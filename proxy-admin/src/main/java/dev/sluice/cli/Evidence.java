package dev.sluice.cli;

import dev.sluice.admin.client.TargetReport;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is known of the targets of a failed deploy, as lines below the error: what happened to each, and what to try. */
final class Evidence {
    private Evidence() {}

    static List<String> lines(List<TargetReport> targets) {
        Set<String> lines = new LinkedHashSet<>();
        for (TargetReport target : targets) {
            String detail = target.detail().isEmpty() ? "" : ": " + Printable.of(target.detail());
            lines.add("  " + target.target() + ": " + Printable.of(target.last()) + ", " + target.tries()
                    + (target.tries() == 1 ? " try" : " tries") + detail);
        }
        for (TargetReport target : targets) {
            if (!target.hint().isEmpty()) {
                lines.add("  Hint: " + Printable.of(target.hint())); // a hint that fits several targets is given once
            }
        }
        return List.copyOf(lines);
    }
}
