package dev.sluice.cli;

import dev.sluice.demo.Demo;

/** {@code demo}: the main job, shown on sample apps on this machine. */
final class DemoCommand implements Command {

    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String summary() {
        return "Show switches without a failed request, on sample apps with real traffic";
    }

    @Override
    public Words words() {
        return Words.NONE;
    }

    @Override
    public int run(Flags flags, Session session) {
        return Demo.run(session.out());
    }
}
