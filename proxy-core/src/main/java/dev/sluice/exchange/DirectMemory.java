package dev.sluice.exchange;

import io.netty.util.internal.PlatformDependent;

/**
 * How much is left of the memory that bodies pass through. Many clients who each take what one may take can use it up;
 * before that they get less time, and no more of them are let in. For any thread, cheap.
 */
public final class DirectMemory {
    private static final long MOST = PlatformDependent.maxDirectMemory();

    private DirectMemory() {}

    /** Three quarters are used: those who keep it longest are to go. */
    static boolean low() {
        return PlatformDependent.usedDirectMemory() > MOST - MOST / 4;
    }

    /** Seven eighths are used: what is there needs the rest. */
    public static boolean exhausted() {
        return PlatformDependent.usedDirectMemory() > MOST - MOST / 8;
    }
}
