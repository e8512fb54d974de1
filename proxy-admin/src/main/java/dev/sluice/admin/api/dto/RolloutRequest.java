package dev.sluice.admin.api.dto;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The body that sets a rollout's split. It replaces the whole split: what is left out is 0 or empty. */
public record RolloutRequest(
        @Nullable Integer percent, @Nullable List<String> list) {

    /** Any number, as kamal-proxy takes it: 100 and more is everyone, 0 and less nobody. */
    public int percentage() {
        return Fields.or(percent, 0);
    }

    public List<String> allowlist() {
        return Fields.or(list, List.of());
    }
}
