package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.EmptyRequest;
import dev.sluice.admin.api.dto.ServiceListView;
import dev.sluice.admin.api.dto.ServiceView;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.Services;

/** Lists, shows and removes services. */
final class ServicesApi {
    private final Services services;

    ServicesApi(Services services) {
        this.services = services;
    }

    Answer list(Call call) throws RequestFailure {
        call.body(EmptyRequest.class);
        boolean minimal = call.request().prefersMinimal();
        return Answer.ok(new ServiceListView(services.table().services().stream()
                .map(service -> minimal ? ServiceView.minimal(service) : ServiceView.of(service))
                .toList()));
    }

    Answer get(Call call) throws RequestFailure, ControlFailure {
        call.body(EmptyRequest.class);
        return Answer.ok(ServiceView.of(services.get(call.service())));
    }

    Answer remove(Call call) throws RequestFailure, ControlFailure {
        call.body(EmptyRequest.class);
        services.remove(call.service());
        return Answer.NO_CONTENT;
    }
}
