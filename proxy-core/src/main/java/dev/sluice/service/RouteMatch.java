package dev.sluice.service;

/** Where a request belongs. */
public sealed interface RouteMatch {

    /**
     * A service takes it.
     *
     * @param prefix the path prefix that matched, {@code /} for the root
     */
    record Matched(Service service, String prefix) implements RouteMatch {
        /** Whether the prefix is removed before forwarding. */
        public boolean strips() {
            return prefix.length() > 1 && service.options().stripPrefix();
        }
    }

    /** Nobody takes it: 404. */
    record NoService() implements RouteMatch {}

    NoService NO_SERVICE = new NoService();
}
