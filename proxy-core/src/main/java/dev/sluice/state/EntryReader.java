package dev.sluice.state;

import dev.sluice.http.ErrorPages;
import dev.sluice.json.JsonInput;
import dev.sluice.json.NotJson;
import dev.sluice.observe.Events;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.HealthProbe;
import dev.sluice.service.LoadBalancer;
import dev.sluice.service.PauseGate;
import dev.sluice.service.Resources;
import dev.sluice.service.Service;
import dev.sluice.service.ServiceOptions;
import dev.sluice.service.TargetOptions;
import dev.sluice.tls.CertificateSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings entries of the state file back to life, each for itself: one that cannot be restored becomes a service with a
 * fault that keeps its entry as it was. Blocking.
 */
final class EntryReader {
    /** Where nobody's requests go (RFC 2606): for entries of which not even the hosts can be read. */
    static final String NO_HOST = "unreadable.invalid";

    private final HealthProbe probe;
    private final Resources resources;

    EntryReader(HealthProbe probe, Resources resources) {
        this.probe = probe;
        this.resources = resources;
    }

    /**
     * @param json the entry's text
     * @param position in the file, from 1: names an entry that has no name
     */
    Service read(String json, int position) {
        Fields fields;
        StoredEntry entry;
        try {
            fields = Fields.of(JsonInput.value(json));
        } catch (UnreadableEntry | NotJson e) {
            return unreadable(nameOf(null, position), unbound(), json, e);
        }
        String name = nameOf(fields, position);
        try {
            entry = StoredEntry.read(fields);
            if (entry.name().isEmpty()) {
                throw new UnreadableEntry("name is missing");
            }
        } catch (UnreadableEntry e) {
            return unreadable(name, boundAsFarAsKnown(fields), json, e);
        }
        try {
            return restore(entry, json);
        } catch (RuntimeException e) {
            return unreadable(name, boundAsFarAsKnown(fields), json, e);
        }
    }

    private Service restore(StoredEntry entry, String json) {
        ServiceOptions options = entry.options();
        CertificateSource certificates =
                options.tls().enabled() && options.servesRoot() ? resources.certificatesLater(options) : null;
        LoadBalancer active;
        LoadBalancer rollout = null;
        String fault = null;
        try {
            if (entry.targets().isEmpty()) {
                throw new ControlFailure(ControlFailure.Kind.INVALID, "it has no targets");
            }
            active = LoadBalancer.create(entry.targets(), entry.readers(), entry.targetOptions(), probe);
            if (!entry.rolloutTargets().isEmpty()) {
                rollout = LoadBalancer.create(
                        entry.rolloutTargets(), entry.rolloutReaders(), entry.targetOptions(), probe);
            }
        } catch (ControlFailure e) {
            fault = tell(entry.name(), e);
            active = withoutTargets(entry.targetOptions());
        }
        return new Service(
                entry.name(),
                options,
                entry.targetOptions(),
                active,
                rollout,
                entry.rollout(),
                new PauseGate(entry.gate()),
                errorPages(entry.name(), options),
                certificates,
                fault,
                fault == null ? null : json);
    }

    private ErrorPages errorPages(String name, ServiceOptions options) {
        try {
            return resources.errorPages(options);
        } catch (ControlFailure e) {
            Events.warn(
                    "Unable to parse custom error pages",
                    "service",
                    name,
                    "path",
                    options.errorPagePath(),
                    "error",
                    e.getMessage() + "; built-in pages are shown until the next deploy");
            return ErrorPages.BUILT_IN;
        }
    }

    private Service unreadable(String name, ServiceOptions options, String json, Exception cause) {
        return new Service(
                name,
                options,
                TargetOptions.DEFAULT,
                withoutTargets(TargetOptions.DEFAULT),
                null,
                null,
                new PauseGate(),
                ErrorPages.BUILT_IN,
                null,
                tell(name, cause),
                json);
    }

    private LoadBalancer withoutTargets(TargetOptions options) {
        try {
            return LoadBalancer.create(List.of(), List.of(), options, probe);
        } catch (ControlFailure e) {
            throw new IllegalStateException("a balancer without targets has no address to refuse", e);
        }
    }

    private static String tell(String name, Exception cause) {
        String fault = "its entry in the state file cannot be used: " + words(cause) + "; deploy it again";
        Events.error("Failed to restore service", "service", name, "error", fault);
        return fault;
    }

    private static String words(Exception cause) {
        return cause instanceof RuntimeException ? cause.toString() : String.valueOf(cause.getMessage());
    }

    private static String nameOf(@Nullable Fields fields, int position) {
        String made = "unreadable-" + position;
        try {
            String name = fields == null ? "" : fields.text("name", "");
            return name.isEmpty() ? made : name;
        } catch (UnreadableEntry _) {
            return made;
        }
    }

    private static ServiceOptions boundAsFarAsKnown(Fields fields) {
        try {
            Fields options = fields.object("options");
            List<String> hosts = options.texts("hosts");
            return hosts.isEmpty() ? unbound() : bound(hosts, options.texts("path_prefixes"));
        } catch (UnreadableEntry _) {
            return unbound();
        }
    }

    /** Options of a service that no request is for. */
    static ServiceOptions unbound() {
        return bound(List.of(NO_HOST), List.of());
    }

    private static ServiceOptions bound(List<String> hosts, List<String> prefixes) {
        ServiceOptions standard = ServiceOptions.DEFAULT;
        return new ServiceOptions(
                        hosts,
                        prefixes,
                        standard.stripPrefix(),
                        standard.tls(),
                        "",
                        "",
                        standard.writerAffinityTimeout(),
                        false,
                        List.of(),
                        "")
                .normalised();
    }
}
