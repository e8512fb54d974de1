package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProblemType;
import dev.sluice.observe.Events;
import dev.sluice.service.ControlFailure;
import java.util.Arrays;

/**
 * Carries out one request on a virtual thread, and answers it whatever happens. What nobody expected is logged with its
 * stack trace; the client is told no more than that it happened.
 */
final class RequestTask implements Runnable {
    private final AdminRequest request;
    private final AdminRoutes routes;
    private final Reply reply;
    private final ProgressStream progress;

    RequestTask(AdminRequest request, AdminRoutes routes, Reply reply) {
        this.request = request;
        this.routes = routes;
        this.reply = reply;
        this.progress = new ProgressStream(reply, request.acceptsLines());
    }

    @Override
    public void run() {
        try {
            Answer answer = answer();
            Events.debug(
                    "Admin request", "method", request.method(), "target", request.target(), "status", answer.status());
            progress.finish(answer);
        } catch (RuntimeException | Error e) {
            log(e);
            reply.abort();
        }
    }

    private Answer answer() {
        try {
            return routes.handle(request, progress);
        } catch (RequestFailure e) {
            return Answer.problem(e.problem());
        } catch (ControlFailure e) {
            return Answer.problem(Problem.of(e));
        } catch (InterruptedException | RuntimeException | Error e) {
            log(e);
            return Answer.problem(
                    Problem.of(ProblemType.INTERNAL, "an unexpected error occurred; the proxy's log says more"));
        }
    }

    private void log(Throwable failure) {
        Events.error(
                "Admin request failed",
                "method",
                request.method(),
                "target",
                request.target(),
                "error",
                failure.toString(),
                "trace",
                Arrays.stream(failure.getStackTrace())
                        .map(StackTraceElement::toString)
                        .toList());
    }
}
