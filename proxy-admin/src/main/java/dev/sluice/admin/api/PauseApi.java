package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.EmptyRequest;
import dev.sluice.admin.api.dto.PauseRequest;
import dev.sluice.admin.api.dto.ServiceView;
import dev.sluice.admin.api.dto.StopRequest;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.PauseCommands;
import dev.sluice.service.Services;

/** Pauses, stops and resumes a service; pause and stop answer when the requests in flight are done. */
final class PauseApi {
    private final Services services;
    private final PauseCommands commands;

    PauseApi(Services services, PauseCommands commands) {
        this.services = services;
        this.commands = commands;
    }

    Answer pause(Call call) throws RequestFailure, ControlFailure, InterruptedException {
        PauseRequest request = call.body(PauseRequest.class);
        commands.pause(call.service(), request.drainTimeoutInEffect(), request.maxPauseInEffect());
        return service(call);
    }

    Answer stop(Call call) throws RequestFailure, ControlFailure, InterruptedException {
        StopRequest request = call.body(StopRequest.class);
        commands.stop(call.service(), request.drainTimeoutInEffect(), request.messageInEffect());
        return service(call);
    }

    Answer resume(Call call) throws RequestFailure, ControlFailure {
        call.body(EmptyRequest.class);
        commands.resume(call.service());
        return service(call);
    }

    private Answer service(Call call) throws ControlFailure {
        return Answer.ok(ServiceView.of(services.get(call.service())));
    }
}
