package dev.sluice.observe;

import dev.sluice.edge.Limit;
import dev.sluice.edge.LimitHits;

/** Writes of limits that strike to the event log. For any thread. */
public final class LimitLog implements LimitHits.Listener {

    @Override
    public void struck(Limit limit, String client, long hits) {
        Events.warn(
                "Limit reached", "limit", limit.label(), "client_addr", client.isEmpty() ? null : client, "hits", hits);
    }
}
