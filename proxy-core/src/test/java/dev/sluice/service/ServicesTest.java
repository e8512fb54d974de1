package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Removing, pausing, stopping, resuming and splitting of services. */
@Timeout(60)
class ServicesTest {
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final ControlPlane plane = new ControlPlane();

    @AfterEach
    void end() {
        plane.close();
    }

    @Test
    void aRemovedServiceTakesNothingMoreAndItsRequestsRunOn() throws Exception {
        plane.deploy("web", OptionsFor.hosts("web.test").tls(true), "one", "two");
        Target busy = plane.claim("web");
        LoadBalancer balancer = plane.service("web").active();
        plane.services.remove("web");
        assertThat(plane.targets("web")).isEmpty();
        assertThat(balancer.claim(false)).isEqualTo(Claim.Refused.REPLACED);
        assertThat(busy.inflight()).isEqualTo(1);
        assertThat(plane.traffic.calls).isEmpty();
        assertThat(plane.openCertificates).hasValue(0);
        assertThat(plane.saved).last().isEqualTo("");
    }

    @Test
    void removingWhatIsNotThereIsAnError() {
        assertThatThrownBy(() -> plane.services.remove("web"))
                .isInstanceOfSatisfying(
                        ControlFailure.class, e -> assertThat(e.kind()).isEqualTo(ControlFailure.Kind.NOT_FOUND))
                .hasMessage("service not found");
    }

    @Test
    void removingLetsHeldRequestsGo() throws Exception {
        plane.deploy("web", "one");
        plane.pauses.pause("web", ControlPlane.LONG, PAUSE);
        AtomicInteger released = new AtomicInteger();
        plane.service("web").gate().hold(released::incrementAndGet);
        plane.services.remove("web");
        assertThat(released).hasValue(1);
    }

    @Test
    void removingOneServiceGivesItsHostsAwayAndTouchesNoOther() throws Exception {
        plane.deploy("web", OptionsFor.hosts("web.test"), "one");
        plane.deploy("other", "two");
        plane.services.remove("web");
        plane.deploy("new", OptionsFor.hosts("web.test"), "three");
        assertThat(plane.targets("other")).containsExactly("two");
    }

    @Test
    void pausingIsStoredAndReturnsWhenNothingIsInFlight() throws Exception {
        plane.deploy("web", "one");
        Target busy = plane.claim("web");
        Future<?> pausing = plane.inBackground(() -> plane.pauses.pause("web", ControlPlane.LONG, PAUSE));
        await().until(() -> plane.traffic.calls.contains("tunnels one"));
        assertThat(plane.service("web").gate().state()).isEqualTo(new PauseGate.Paused(PAUSE));
        assertThat(plane.saved).last().isEqualTo("web[one]paused");
        assertThat(pausing.isDone()).isFalse();
        busy.release();
        pausing.get();
        assertThat(busy.retired()).isFalse();
    }

    @Test
    void pausingDrainsRolloutTargetsToo() throws Exception {
        plane.deploy("web", "one");
        plane.deployer.deployRollout("web", ControlPlane.deployment(ControlPlane.LONG, "new"), DeployProgress.SILENT);
        plane.pauses.pause("web", ControlPlane.LONG, PAUSE);
        assertThat(plane.traffic.calls).containsExactly("tunnels one", "tunnels new");
    }

    @Test
    void aResumeDuringThePausesDrainEndsItAndCancelsNothing() throws Exception {
        plane.deploy("web", "one");
        Target busy = plane.claim("web");
        Future<?> pausing = plane.inBackground(() -> plane.pauses.pause("web", ControlPlane.LONG, PAUSE));
        await().until(() -> plane.traffic.calls.contains("tunnels one"));
        plane.pauses.resume("web");
        pausing.get();
        assertThat(busy.inflight()).isEqualTo(1);
        assertThat(plane.traffic.calls).containsExactly("tunnels one");
        assertThat(plane.saved).last().isEqualTo("web[one]running");
    }

    @Test
    void stoppingAgainReplacesTheMessageAndResumingClearsIt() throws Exception {
        plane.deploy("web", "one");
        plane.pauses.stop("web", ControlPlane.LONG, "one");
        plane.pauses.stop("web", ControlPlane.LONG, "two");
        assertThat(plane.service("web").gate().state()).isEqualTo(new PauseGate.Stopped("two"));
        plane.pauses.resume("web");
        plane.pauses.resume("web");
        assertThat(plane.service("web").gate().running()).isTrue();
    }

    @Test
    void commandsForAServiceThatIsNotThereFail() {
        assertThatThrownBy(() -> plane.pauses.pause("web", PAUSE, PAUSE)).hasMessage("service not found");
        assertThatThrownBy(() -> plane.pauses.stop("web", PAUSE, "")).hasMessage("service not found");
        assertThatThrownBy(() -> plane.pauses.resume("web")).hasMessage("service not found");
        assertThatThrownBy(() -> plane.rollouts.set("web", 1, List.of())).hasMessage("service not found");
        assertThatThrownBy(() -> plane.rollouts.stop("web")).hasMessage("service not found");
        assertThat(plane.saved).isEmpty();
    }

    @Test
    void aSplitNeedsRolloutTargetsAndReplacesTheOneBefore() throws Exception {
        plane.deploy("web", "one");
        assertThatThrownBy(() -> plane.rollouts.set("web", 10, List.of())).hasMessage("rollout target not set");
        plane.deployer.deployRollout("web", ControlPlane.deployment(ControlPlane.LONG, "new"), DeployProgress.SILENT);
        Service service = plane.service("web");
        assertThat(service.balancerFor("1")).isSameAs(service.active());
        plane.rollouts.set("web", 0, List.of("1"));
        service = plane.service("web");
        assertThat(service.balancerFor("1")).isSameAs(service.rolloutTargets());
        plane.rollouts.set("web", 0, List.of("2"));
        service = plane.service("web");
        assertThat(service.balancerFor("1")).isSameAs(service.active());
        plane.rollouts.stop("web");
        service = plane.service("web");
        assertThat(service.balancerFor("2")).isSameAs(service.active());
        assertThat(service.rolloutTargets()).isNotNull();
    }

    @Test
    void changesFromManyThreadsAreAllKept() throws Exception {
        for (int i = 0; i < 6; i++) {
            plane.deploy("s" + i, "t" + i);
        }
        List<Future<?>> running = new java.util.ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String name = "s" + i;
            running.add(plane.inBackground(() -> {
                for (int n = 0; n < 50; n++) {
                    plane.pauses.stop(name, ControlPlane.LONG, "m" + n);
                }
            }));
            running.add(plane.inBackground(() -> {
                for (int n = 0; n < 20; n++) {
                    plane.deploy(name, name + "-" + n);
                }
            }));
        }
        for (Future<?> commands : running) {
            commands.get();
        }
        for (int i = 0; i < 6; i++) {
            Service service = plane.service("s" + i);
            assertThat(service.targetAddresses()).containsExactly("s" + i + "-19");
            assertThat(service.gate().state()).isEqualTo(new PauseGate.Stopped("m49"));
        }
    }

    @Test
    void restoredServicesServeAtOnceAndAreNotStoredAgain() throws Exception {
        plane.deploy("web", "one", "two");
        plane.deploy("other", "three");
        List<Service> stored = List.copyOf(plane.services.table().services());
        ControlPlane after = new ControlPlane();
        try {
            after.services.restore(stored);
            assertThat(after.targets("web")).containsExactly("one", "two");
            assertThat(after.claim("other").address().text()).isEqualTo("three");
            assertThat(after.saved).isEmpty();
        } finally {
            after.close();
        }
    }

    @Test
    void theSamplesOfTheMetricsNameEveryTargetAndItsState() throws Exception {
        plane.deploy("web", "one");
        plane.deployer.deployRollout("web", ControlPlane.deployment(ControlPlane.LONG, "new"), DeployProgress.SILENT);
        assertThat(TargetSamples.of(plane.services.table()))
                .extracting(s -> s.service() + " " + s.target() + " " + s.state())
                .containsExactlyInAnyOrder("web one healthy", "web new healthy");
    }
}
