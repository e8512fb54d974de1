package dev.sluice.admin.api;

import dev.sluice.admin.api.dto.CertificateView;
import dev.sluice.admin.api.dto.Problem;
import dev.sluice.admin.api.dto.ProgressLine;
import dev.sluice.admin.api.dto.ServiceView;
import dev.sluice.service.DeployProgress;
import dev.sluice.service.HealthResult;
import dev.sluice.service.Target;
import dev.sluice.tls.CertificateStatus;
import java.util.List;

/**
 * Tells a client how its deploy comes along, if it wants to know. The answer becomes a stream with the first event; what
 * ends before that is answered as usual. Called on the request's thread and those of health checks. Health checks that
 * a client is too slow to hear of are left out, the rest is kept for it.
 */
final class ProgressStream implements DeployProgress {
    private final Reply reply;
    private final boolean wanted;
    // Both under this object's monitor.
    private boolean begun;
    private boolean ended;

    ProgressStream(Reply reply, boolean wanted) {
        this.reply = reply;
        this.wanted = wanted;
    }

    /** For the deploy to tell its progress to. */
    DeployProgress listener() {
        return wanted ? this : DeployProgress.SILENT;
    }

    @Override
    public synchronized void checked(Target target, int tries, HealthResult result) {
        if (!reply.congested()) {
            line(new ProgressLine.Checked(target.address().text(), tries, result.healthy(), result.message()));
        }
    }

    @Override
    public synchronized void switched() {
        line(new ProgressLine.Switched());
    }

    @Override
    public synchronized void draining(long inflight) {
        line(new ProgressLine.Draining(inflight));
    }

    @Override
    public synchronized void certificates(List<CertificateStatus> statuses) {
        if (!statuses.isEmpty()) {
            line(new ProgressLine.Certificates(
                    statuses.stream().map(CertificateView::of).toList()));
        }
    }

    /** Gives the answer: as the last line of a stream that has begun, else by itself. */
    synchronized void finish(Answer answer) {
        if (begun) {
            line(last(answer));
            reply.end();
        } else {
            reply.whole(answer);
        }
        ended = true;
    }

    private static ProgressLine last(Answer answer) {
        return switch (answer.body()) {
            case ServiceView service -> new ProgressLine.Deployed(service);
            case Problem problem -> new ProgressLine.Failed(problem);
            case null, default -> throw new IllegalStateException("only deploys have progress");
        };
    }

    private void line(ProgressLine line) {
        if (ended) {
            return;
        }
        if (!begun) {
            begun = true;
            reply.begin();
        }
        reply.line(line);
    }
}
