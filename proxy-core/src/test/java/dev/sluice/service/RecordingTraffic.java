package dev.sluice.service;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Notes what the control plane asks of the requests under way, and ends them when told to. */
final class RecordingTraffic implements Traffic {
    final List<String> calls = new CopyOnWriteArrayList<>();
    volatile Consumer<Target> onCancel = target -> {};

    @Override
    public void closeTunnels(Target target, Duration over) {
        calls.add("tunnels " + target.address());
    }

    @Override
    public void cancel(Target target) {
        calls.add("cancel " + target.address());
        onCancel.accept(target);
    }

    @Override
    public void closeIdle(Target target) {
        calls.add("idle " + target.address());
    }
}
