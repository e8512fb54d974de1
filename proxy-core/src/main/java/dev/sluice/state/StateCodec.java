package dev.sluice.state;

import com.google.gson.stream.JsonWriter;
import dev.sluice.http.HostName;
import dev.sluice.json.JsonInput;
import dev.sluice.json.NotJson;
import dev.sluice.observe.Events;
import dev.sluice.service.HealthProbe;
import dev.sluice.service.Resources;
import dev.sluice.service.Service;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * kamal-proxy's state file to and from services: one JSON array, an object a service. What cannot be restored stays in
 * it as it is, and takes nothing else down. Pure but for what {@link Resources} opens.
 */
final class StateCodec {

    private StateCodec() {}

    static byte[] encode(Collection<Service> services) {
        // By way of a string: a lone surrogate becomes a question mark there, and spoils nothing else.
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            EntryWriter writer = new EntryWriter(json);
            json.beginArray();
            for (Service service : services) {
                writer.write(service);
            }
            json.endArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        text.write('\n');
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The services of a state file, faulty ones among them.
     *
     * @throws DamagedState when it is not a complete list
     */
    static List<Service> decode(byte[] file, HealthProbe probe, Resources resources) throws DamagedState {
        EntryReader reader = new EntryReader(probe, resources);
        Map<String, Service> services = new LinkedHashMap<>();
        int position = 0;
        for (String entry : entries(new String(file, StandardCharsets.UTF_8))) {
            position++;
            Service service = reader.read(entry, position);
            String name = service.name();
            Service twin = services.get(name);
            if (twin == null || service.fault() == null) {
                services.put(name, service);
            }
            if (twin != null) {
                Events.warn("State file has two entries for one service; one is left out", "service", name);
            }
        }
        return withoutFaultyClaims(services.values());
    }

    // The text of each element, for it to be kept unchanged.
    private static List<String> entries(String text) throws DamagedState {
        if (text.isBlank()) {
            throw new DamagedState("the file is empty");
        }
        try {
            List<String> entries = JsonInput.elements(text);
            if (entries == null && JsonInput.value(text) != null) {
                throw new DamagedState("the file is not a list of services");
            }
            return entries == null ? List.of() : entries;
        } catch (NotJson e) {
            throw new DamagedState(e.getMessage());
        }
    }

    // A faulty service answers for its hosts, with an error, unless one that works has the same.
    private static List<Service> withoutFaultyClaims(Collection<Service> services) {
        Set<String> taken = new HashSet<>();
        for (Service service : services) {
            if (service.fault() == null) {
                taken.addAll(claims(service));
            }
        }
        List<Service> result = new ArrayList<>();
        for (Service service : services) {
            boolean clash = service.fault() != null && claims(service).stream().anyMatch(taken::contains);
            result.add(clash ? unbound(service) : service);
        }
        return result;
    }

    private static List<String> claims(Service service) {
        List<String> claims = new ArrayList<>();
        for (String host : service.options().hosts()) {
            for (String prefix : service.options().pathPrefixes()) {
                claims.add(HostName.normalise(host) + prefix);
            }
        }
        return claims;
    }

    private static Service unbound(Service service) {
        return new Service(
                service.name(),
                EntryReader.unbound(),
                service.targetOptions(),
                service.active(),
                null,
                null,
                service.gate(),
                service.errorPages(),
                service.certificates(),
                service.fault(),
                service.stored());
    }
}
