package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProblemType;
import dev.sluice.service.ControlFailure;
import dev.sluice.service.Deployer;
import dev.sluice.service.PauseCommands;
import dev.sluice.service.RolloutCommands;
import dev.sluice.service.Services;
import java.util.ArrayList;
import java.util.List;

/** The API's table: which method on which path does what. {@code openapi.json} describes the same. */
public final class AdminRoutes {
    private static final String SERVICE = "/v1/services/{name}";

    private final List<Route> routes;

    public AdminRoutes(
            Services services, Deployer deployer, PauseCommands pauses, RolloutCommands rollouts, DaemonStatus daemon) {
        ServicesApi list = new ServicesApi(services);
        DeployApi deploy = new DeployApi(services, deployer);
        RolloutApi rollout = new RolloutApi(services, deployer, rollouts);
        PauseApi pause = new PauseApi(services, pauses);
        StatusApi status = new StatusApi(services, daemon);
        OpenApi document = new OpenApi();
        this.routes = List.of(
                new Route("GET", "/v1/services", list::list),
                new Route("GET", SERVICE, list::get),
                new Route("DELETE", SERVICE, list::remove),
                new Route("POST", SERVICE + "/deploys", deploy::deploy),
                new Route("POST", SERVICE + "/rollout/deploys", rollout::deploy),
                new Route("PUT", SERVICE + "/rollout", rollout::set),
                new Route("DELETE", SERVICE + "/rollout", rollout::stop),
                new Route("POST", SERVICE + "/pause", pause::pause),
                new Route("POST", SERVICE + "/stop", pause::stop),
                new Route("POST", SERVICE + "/resume", pause::resume),
                new Route("GET", "/v1/status", status::status),
                new Route("GET", "/v1/openapi.json", document::document));
    }

    List<Route> all() {
        return routes;
    }

    /** Finds the route of a request and has it carried out. */
    Answer handle(AdminRequest request, ProgressStream progress)
            throws RequestFailure, ControlFailure, InterruptedException {
        RequestTarget target = RequestTarget.parse(request.target());
        List<String> allowed = new ArrayList<>();
        for (Route route : routes) {
            String service = route.match(target.segments());
            if (service != null && route.method().equals(request.method())) {
                return route.handler().handle(new Call(request, service, progress.listener()));
            }
            if (service != null) {
                allowed.add(route.method());
            }
        }
        throw new RequestFailure(
                allowed.isEmpty()
                        ? Problem.of(ProblemType.NOT_FOUND, "there is nothing at " + target.path())
                        : Problem.methodNotAllowed(request.method(), target.path(), allowed));
    }
}
