package dev.sluice.service;

/** What one health check found. {@link #message} is how it is logged, {@link #hint} what an operator might do. */
public sealed interface HealthResult {

    String message();

    /** A sentence for the usual cause of this, or empty. */
    default String hint() {
        return "";
    }

    default boolean healthy() {
        return false;
    }

    /** A final status of 200 to 299. */
    record Healthy(int status) implements HealthResult {
        @Override
        public boolean healthy() {
            return true;
        }

        @Override
        public String message() {
            return "healthy (" + status + ")";
        }
    }

    /**
     * An answer, but not a good one.
     *
     * @param body the first bytes of the body, printable and on one line
     * @param location where a redirect led that was not followed; empty for none
     */
    record WrongStatus(int status, String body, String location) implements HealthResult {
        @Override
        public String message() {
            return "unexpected status (" + status + ")";
        }

        @Override
        public String hint() {
            if (location.startsWith("https:")) {
                return "the app redirects plain HTTP to https: let it answer the health-check path without TLS";
            }
            return switch (status) {
                case 400, 403 ->
                    "the app may refuse the Host header of the check: allow the target's address there,"
                            + " or set --health-check-host to a host that it accepts";
                case 401 -> "the app asks for credentials on the health-check path: let it answer without";
                case 404 -> "the app does not know the health-check path: see --health-check-path";
                default -> "";
            };
        }
    }

    /** The host name has no address. */
    record NameUnknown(String host, String detail) implements HealthResult {
        @Override
        public String message() {
            return "lookup " + host + ": " + detail;
        }

        @Override
        public String hint() {
            return "the name could not be resolved: is the container running, and on the proxy's network?";
        }
    }

    /** Nobody accepts connections at that address. */
    record Refused(String address, String detail) implements HealthResult {
        @Override
        public String message() {
            return "dial tcp " + address + ": connect: " + detail;
        }

        @Override
        public String hint() {
            return "nothing listens there: does the app listen on this port, on all interfaces, and has it started?";
        }
    }

    /** No connection or no answer in time. */
    record TimedOut(boolean connected) implements HealthResult {
        @Override
        public String message() {
            return "request timed out";
        }

        @Override
        public String hint() {
            return connected
                    ? "the app accepted the connection but did not answer in time: see --health-check-timeout"
                    : "no connection in time: is the port filtered, or the host unreachable?";
        }
    }

    /** The connection ended, or what came is not HTTP. */
    record BadAnswer(String detail, boolean tls) implements HealthResult {
        @Override
        public String message() {
            return detail;
        }

        @Override
        public String hint() {
            return tls ? "the app speaks TLS on this port: give its plain HTTP port" : "";
        }
    }
}
