package dev.sluice.exchange;

import dev.sluice.service.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A request's search for a target that takes it, after one did not: the others at once, then all of them again and again
 * after pauses that grow. Of one exchange and on its event loop; holds what was found so far, {@link RequestPath} acts.
 */
final class Search {
    // The worker looks every 50 ms.
    private static final long FIRST_PAUSE = Duration.ofMillis(50).toNanos();
    private static final long LONGEST_PAUSE = Duration.ofMillis(400).toNanos();

    private final long end;
    private final List<Target> tried = new ArrayList<>(2);
    private long pause = FIRST_PAUSE;
    private ProxyError last;

    /**
     * @param first why there is something to search for
     * @param longest for how long
     */
    Search(ProxyError first, Duration longest) {
        this.end = System.nanoTime() + longest.toNanos();
        this.last = first;
    }

    void failed(Target target, ProxyError error) {
        tried.add(target);
        last = error;
    }

    void failed(ProxyError error) {
        last = error;
    }

    /** Targets that were tried since the last pause. */
    Collection<Target> tried() {
        return tried;
    }

    ProxyError last() {
        return last;
    }

    /** How long to pause before all targets are tried again; 0 when the search is over. Nanoseconds. */
    long pause() {
        long left = end - System.nanoTime();
        if (left <= 0) {
            return 0;
        }
        tried.clear();
        long next = Math.min(pause, left);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
        return next;
    }
}
