package dev.sluice.demo;

import dev.sluice.acme.AcmeOptions;
import dev.sluice.admin.client.AdminClient;
import dev.sluice.admin.client.AdminFailure;
import dev.sluice.admin.client.TargetReport;
import dev.sluice.daemon.Daemon;
import dev.sluice.daemon.Paths;
import dev.sluice.daemon.RunOptions;
import dev.sluice.net.Transport;
import dev.sluice.observe.LogWriter;
import dev.sluice.observe.Logging;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The main job, shown: a daemon on free ports, sample apps, steady visitors, and a deploy tool's calls through the admin
 * socket. Blocks its thread for some twenty seconds; touches nothing but a temporary directory, whose log it leaves.
 */
public final class Demo {
    private static final int VISITORS = 20;
    private static final int SWITCHES = 12;
    private static final Duration BETWEEN = Duration.ofMillis(900);
    private static final String SERVICE = "/v1/services/demo";

    private final PrintStream out;
    private final DemoTally tally = new DemoTally();
    private final Transport transport = Transport.choose(false);
    private final EventLoopGroup appLoops = transport.newGroup(1);
    private final List<DemoApp> apps = new ArrayList<>();

    private Demo(PrintStream out) {
        this.out = out;
    }

    /** Runs the demo; returns the exit code: 0 only when no request failed. */
    public static int run(PrintStream out) {
        Demo demo = new Demo(out);
        try {
            return demo.run();
        } catch (IOException | AdminFailure e) {
            out.println("The demo could not go on: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            return 1;
        } finally {
            demo.appLoops.shutdownGracefully();
        }
    }

    private int run() throws IOException, AdminFailure, InterruptedException {
        Path directory = Files.createTempDirectory("sluice-demo-");
        Path logFile = directory.resolve("sluice.log");
        Paths paths = new Paths(directory.resolve("sluice.sock"), directory);
        try (OutputStream sink = Files.newOutputStream(logFile);
                LogWriter log = new LogWriter(sink, LogWriter.CAPACITY)) {
            Logging.start(log, false);
            Daemon daemon = new Daemon(new RunOptions(false, 0, 0, 0, false, false, AcmeOptions.DEFAULT, paths), log);
            daemon.start();
            AdminClient admin = new AdminClient(paths.socket(), Duration.ofSeconds(1));
            out.println("Sluice serves http://127.0.0.1:" + daemon.httpPort() + "/, its log is " + logFile);
            try {
                show(daemon.httpPort(), admin);
            } finally {
                daemon.stop();
            }
        }
        out.println();
        tally.print(out);
        boolean passed = tally.failures() == 0 && tally.requests() > 0;
        out.println();
        out.println(
                passed
                        ? "No visitor noticed: " + SWITCHES
                                + " switches, a failed deploy and a pause, no failed request."
                        : tally.failures() + " of " + tally.requests() + " requests FAILED.");
        return passed ? 0 : 1;
    }

    private void show(int port, AdminClient admin) throws AdminFailure, InterruptedException {
        deploy(admin, app(1, true));
        DemoLoad load = new DemoLoad(port, tally);
        load.start(VISITORS);
        out.println(VISITORS + " visitors are coming and going.");
        for (int version = 2; version <= SWITCHES + 1; version++) {
            Thread.sleep(BETWEEN);
            deploy(admin, app(version, true));
        }
        deployThatFails(admin);
        pauseAndResume(admin);
        Thread.sleep(BETWEEN);
        load.stop();
    }

    private DemoApp app(int version, boolean healthy) {
        DemoApp app = new DemoApp("v" + version, healthy, 300, transport, appLoops);
        apps.add(app);
        return app;
    }

    private void deploy(AdminClient admin, DemoApp app) throws AdminFailure {
        long began = System.nanoTime();
        admin.call("POST", SERVICE + "/deploys", body(app));
        say("deployed " + app.version() + ": healthy, switched, old one drained", began);
        if (apps.size() > 1) {
            // What a deploy tool does when the call returns: the old container is stopped.
            apps.get(apps.size() - 2).close();
        }
    }

    private static Map<String, Object> body(DemoApp app) {
        return Map.of(
                "targets", List.of(app.address()),
                "health_check_interval", "100ms",
                "deploy_timeout", "3s");
    }

    private void deployThatFails(AdminClient admin) {
        DemoApp broken = app(99, false);
        long began = System.nanoTime();
        try {
            admin.call("POST", SERVICE + "/deploys", body(broken));
            tally.failed("the broken version was deployed");
        } catch (AdminFailure e) {
            say("deploy of a broken version refused, the old one serves on: " + e.getMessage(), began);
            for (TargetReport target : e.targets()) {
                out.println("           " + target.target() + ": " + target.last() + ", " + target.tries() + " tries: "
                        + target.detail());
            }
        } finally {
            broken.close();
        }
    }

    private void pauseAndResume(AdminClient admin) throws AdminFailure, InterruptedException {
        long began = System.nanoTime();
        admin.call("POST", SERVICE + "/pause", Map.of("max_pause", "10s"));
        int before = tally.requests();
        Thread.sleep(BETWEEN);
        int meanwhile = tally.requests() - before;
        admin.call("POST", SERVICE + "/resume", null);
        say("paused and resumed: visitors waited (" + meanwhile + " answers meanwhile), then got theirs", began);
    }

    private void say(String what, long began) {
        out.printf("%6.2f s  %s%n", (System.nanoTime() - began) / 1e9, what);
    }
}
