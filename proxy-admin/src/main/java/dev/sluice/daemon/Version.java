package dev.sluice.daemon;

import org.jspecify.annotations.Nullable;

/** Which version of Sluice this is: the jar's, or {@code dev} when run from classes. */
public final class Version {

    private Version() {}

    public static String text() {
        @Nullable String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
