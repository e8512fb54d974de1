package dev.sluice.admin.api.dto;

import dev.sluice.service.Rollout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who goes to the rollout targets. */
public record RolloutView(int percent, List<String> list) {

    static @Nullable RolloutView of(@Nullable Rollout rollout) {
        return rollout == null ? null : new RolloutView(rollout.percentage(), rollout.allowlist());
    }
}
