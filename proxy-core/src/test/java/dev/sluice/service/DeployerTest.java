package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeployerTest {
    private static final Duration SHORT = Duration.ofMillis(60);

    private final ControlPlane plane = new ControlPlane();

    @AfterEach
    void end() {
        plane.close();
    }

    @Test
    void aDeployPutsTheServiceIntoTheTableAndStoresIt() throws Exception {
        plane.deploy("web", "one:80", "two:80");
        assertThat(plane.targets("web")).containsExactly("one:80", "two:80");
        assertThat(plane.saved).containsExactly("web[one:80, two:80]running");
        assertThat(plane.claim("web").state()).isEqualTo(TargetState.HEALTHY);
    }

    @Test
    void theNewTargetsTakeOverAndTheOldOnesAreDrained() throws Exception {
        plane.deploy("web", "one");
        Target old = plane.claim("web");
        List<String> told = new CopyOnWriteArrayList<>();
        Future<?> deploying = plane.inBackground(
                () -> plane.deploy("web", options(), ControlPlane.deployment(ControlPlane.LONG, "two"), telling(told)));
        await().until(() -> plane.targets("web").equals(List.of("two")));
        await().until(() -> told.contains("draining 1"));
        assertThat(told).containsExactly("checked two 1", "switched", "draining 1");
        assertThat(old.retired()).isTrue();
        assertThat(deploying.isDone()).isFalse();
        old.release();
        deploying.get();
        assertThat(plane.traffic.calls).containsExactly("tunnels one", "idle one");
    }

    private static DeployProgress telling(List<String> told) {
        return new DeployProgress() {
            @Override
            public void checked(Target target, int tries, HealthResult result) {
                told.add("checked " + target.address() + " " + tries);
            }

            @Override
            public void switched() {
                told.add("switched");
            }

            @Override
            public void draining(long inflight) {
                told.add("draining " + inflight);
            }
        };
    }

    private static OptionsFor options() {
        return OptionsFor.hosts("web.test");
    }

    @Test
    void requestsThatOutlastTheDrainTimeoutAreCancelledAndTheDeployReturns() throws Exception {
        plane.deploy("web", "one");
        plane.claim("web");
        plane.traffic.onCancel = Target::release;
        Deployment quickDrain =
                new Deployment(List.of("two"), List.of(), ControlPlane.LONG, Duration.ofMillis(30), false);
        plane.deploy("web", options(), quickDrain, DeployProgress.SILENT);
        assertThat(plane.traffic.calls).containsExactly("tunnels one", "cancel one", "idle one");
    }

    // -- failures

    @Test
    void optionsThatContradictOneAnotherAreRefusedBeforeAnythingIsChecked() {
        assertThatThrownBy(() -> plane.deploy("web", OptionsFor.hosts().tls(true), "one"))
                .isInstanceOf(InvalidOptions.class)
                .hasMessage("service options invalid: host must be set when using TLS");
        assertThat(plane.probe.count("one")).isZero();
        assertThat(plane.saved).isEmpty();
    }

    @Test
    void aHostOfAnotherServiceIsAConflictAtOnceAndNotAfterTheHealthChecks() throws Exception {
        plane.deploy("web", options(), "one");
        plane.probe.holds("two");
        assertThatThrownBy(() -> plane.deploy("other", options(), "two"))
                .isInstanceOf(ControlFailure.class)
                .hasMessage("host settings conflict with another service");
        assertThat(plane.probe.count("two")).isZero();
        assertThat(plane.targets("other")).isEmpty();
        assertThat(plane.targets("web")).containsExactly("one");
    }

    @Test
    void aHostThatAnotherDeployTookMeanwhileIsAConflictToo() throws Exception {
        plane.probe.holds("slow");
        Future<?> slow = plane.inBackground(() -> plane.deploy("slow", options(), "slow"));
        await().until(() -> plane.probe.count("slow") > 0);
        plane.deploy("quick", options(), "quick");
        plane.probe.letGo("slow");
        assertThatThrownBy(slow::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("host settings conflict with another service");
        assertThat(plane.targets("slow")).isEmpty();
        assertThat(plane.targets("quick")).containsExactly("quick");
    }

    @Test
    void targetsThatDoNotBecomeHealthyChangeNothing() throws Exception {
        plane.deploy("web", "one");
        Service before = plane.service("web");
        plane.probe.says("bad", ScriptedProbe.FAILING);
        assertThatThrownBy(() -> plane.deploy(
                        "web",
                        OptionsFor.hosts("new.test"),
                        ControlPlane.deployment(SHORT, "bad", "good"),
                        DeployProgress.SILENT))
                .isInstanceOf(DeployFailed.class)
                .hasMessage("target failed to become healthy within configured timeout (60ms)");
        assertThat(plane.service("web")).isSameAs(before);
        assertThat(plane.saved).hasSize(1);
        assertThat(plane.traffic.calls).isEmpty();
        assertThat(plane.claim("web").retired()).isFalse();
        assertChecksHaveEnded("bad", "good");
    }

    // Some other service's checks are the clock: were these going on, they would have been made as well.
    private void assertChecksHaveEnded(String... targets) throws Exception {
        List<Integer> counts = new ArrayList<>();
        for (String target : targets) {
            counts.add(plane.probe.count(target));
        }
        plane.deploy("clock", "tick", "tock");
        int ticks = plane.probe.count("tick");
        await().until(() -> plane.probe.count("tick") > ticks + 10);
        for (int i = 0; i < targets.length; i++) {
            // One may have been under way.
            assertThat(plane.probe.count(targets[i])).isLessThanOrEqualTo(counts.get(i) + 1);
        }
    }

    @Test
    void certificatesThatCannotBeUsedFailTheDeployAtOnceAndChangeNothing() throws Exception {
        plane.deploy("web", options().tls(true), "one");
        plane.certificateFault = "no such file: cert.pem";
        assertThatThrownBy(() -> plane.deploy("web", options().tls(true), "two"))
                .hasMessage("no such file: cert.pem");
        assertThat(plane.targets("web")).containsExactly("one");
        assertThat(plane.openCertificates).hasValue(1);
        assertThat(plane.probe.count("two")).isZero();
    }

    @Test
    void errorPagesThatCannotBeUsedFailTheDeployAndCloseItsCertificates() throws Exception {
        plane.errorPageFault = "no such directory";
        assertThatThrownBy(() -> plane.deploy("web", options().tls(true), "one"))
                .hasMessage("no such directory");
        assertThat(plane.targets("web")).isEmpty();
        assertThat(plane.openCertificates).hasValue(0);
    }

    @Test
    void certificatesOfTheReplacedVersionAreClosed() throws Exception {
        plane.deploy("web", options().tls(true), "one");
        plane.deploy("web", options().tls(true), "two");
        assertThat(plane.openCertificates).hasValue(1);
        plane.deploy("web", options(), "three");
        assertThat(plane.openCertificates).hasValue(0);
    }

    @Test
    void aDeployThatIsInterruptedChangesNothing() throws Exception {
        plane.deploy("web", "one");
        plane.probe.holds("two");
        Thread deploying = Thread.ofVirtual().start(() -> {
            try {
                plane.deploy("web", "two");
            } catch (ControlFailure | InterruptedException _) {
                // What the caller sees does not matter here.
            }
        });
        await().until(() -> plane.probe.count("two") > 0);
        deploying.interrupt();
        assertThat(deploying.join(Duration.ofSeconds(10))).isTrue();
        plane.probe.letGo("two");
        assertThat(plane.targets("web")).containsExactly("one");
        plane.deploy("web", "three");
        assertThat(plane.targets("web")).containsExactly("three");
    }

    // -- several at the same time

    @Test
    void aSecondDeployOfTheSameServiceWaitsForTheFirst() throws Exception {
        plane.probe.holds("first");
        Future<?> first = plane.inBackground(() -> plane.deploy("web", "first"));
        await().until(() -> plane.probe.count("first") > 0);
        Future<?> second = plane.inBackground(() -> plane.deploy("web", "second"));
        await().until(() -> plane.services.deployLock("web").hasQueuedThreads());
        assertThat(plane.probe.count("second")).isZero();
        plane.probe.letGo("first");
        first.get();
        second.get();
        assertThat(plane.targets("web")).containsExactly("second");
        assertThat(plane.saved).containsExactly("web[first]running", "web[second]running");
    }

    @Test
    void aSecondDeployDoesNotWaitForTheDrainOfTheFirst() throws Exception {
        plane.deploy("web", "one");
        Target old = plane.claim("web");
        Future<?> first = plane.inBackground(() -> plane.deploy("web", "two"));
        await().until(() -> plane.targets("web").equals(List.of("two")));
        plane.deploy("web", "three");
        assertThat(plane.targets("web")).containsExactly("three");
        assertThat(first.isDone()).isFalse();
        old.release();
        first.get();
    }

    @Test
    void aFailedDeployLetsTheNextOneOfItsServiceIn() throws Exception {
        plane.probe.says("bad", ScriptedProbe.FAILING);
        Future<?> bad = plane.inBackground(
                () -> plane.deploy("web", options(), ControlPlane.deployment(SHORT, "bad"), DeployProgress.SILENT));
        await().until(() -> plane.probe.count("bad") > 0);
        plane.deploy("web", "good");
        assertThatThrownBy(bad::get).hasCauseInstanceOf(DeployFailed.class);
        assertThat(plane.targets("web")).containsExactly("good");
    }

    @Test
    void deploysOfDifferentServicesRunSideBySide() throws Exception {
        plane.probe.holds("slow");
        Future<?> slow = plane.inBackground(() -> plane.deploy("slow", "slow"));
        await().until(() -> plane.probe.count("slow") > 0);
        plane.deploy("quick", "quick");
        assertThat(slow.isDone()).isFalse();
        plane.probe.letGo("slow");
        slow.get();
        assertThat(plane.targets("slow")).containsExactly("slow");
        assertThat(plane.targets("quick")).containsExactly("quick");
    }

    @Test
    void manyDeploysAtOnceLeaveEveryServiceWithItsLastTargets() throws Exception {
        List<Future<?>> running = new ArrayList<>();
        for (int service = 0; service < 8; service++) {
            String name = "s" + service;
            running.add(plane.inBackground(() -> {
                for (int version = 0; version < 10; version++) {
                    plane.deploy(name, name + "-" + version);
                }
            }));
        }
        for (Future<?> deploys : running) {
            deploys.get();
        }
        for (int service = 0; service < 8; service++) {
            assertThat(plane.targets("s" + service)).containsExactly("s" + service + "-9");
        }
        assertThat(plane.saved).hasSize(80);
    }

    // -- what a deploy does not change

    @Test
    void aServiceThatIsRemovedWhileItIsDeployedStaysRemoved() throws Exception {
        plane.deploy("web", "one");
        plane.probe.holds("two");
        Future<?> deploying = plane.inBackground(() -> plane.deploy("web", "two"));
        await().until(() -> plane.probe.count("two") > 0);
        plane.services.remove("web");
        plane.probe.letGo("two");
        assertThatThrownBy(deploying::get).cause().hasMessage("service was removed while it was being deployed");
        assertThat(plane.targets("web")).isEmpty();
    }

    @Test
    void aDeployKeepsThePauseAndTheRollout() throws Exception {
        plane.deploy("web", "one");
        plane.deployer.deployRollout("web", ControlPlane.deployment(ControlPlane.LONG, "new"), DeployProgress.SILENT);
        plane.rollouts.set("web", 20, List.of("me"));
        plane.pauses.stop("web", ControlPlane.LONG, "Back soon");
        PauseGate gate = plane.service("web").gate();

        plane.deploy("web", OptionsFor.hosts("moved.test"), "two");

        Service service = plane.service("web");
        assertThat(service.gate()).isSameAs(gate);
        assertThat(service.stateName()).isEqualTo("stopped");
        LoadBalancer rolloutTargets = Objects.requireNonNull(service.rolloutTargets());
        assertThat(rolloutTargets.addresses(Target.Role.WRITER)).containsExactly("new");
        Rollout rollout = Objects.requireNonNull(service.rollout());
        assertThat(rollout.percentage()).isEqualTo(20);
        assertThat(rollout.allowlist()).containsExactly("me");
        assertThat(service.options().hosts()).containsExactly("moved.test");
        assertThat(service.balancerFor("me")).isSameAs(rolloutTargets);
        assertThat(service.balancerFor("you, who are not among them")).isSameAs(service.active());
    }

    @Test
    void aDeployReplacesAllOptions() throws Exception {
        plane.deploy("web", OptionsFor.hosts("a.test", "b.test").paths("/x").canonical("a.test"), "one");
        plane.deploy("web", OptionsFor.hosts("b.test"), "one");
        ServiceOptions options = plane.service("web").options();
        assertThat(options.hosts()).containsExactly("b.test");
        assertThat(options.pathPrefixes()).containsExactly("/");
        assertThat(options.canonicalHost()).isEmpty();
    }

    // -- force

    @Test
    void aForcedDeployServesAtOnceWithoutAskingForHealth() throws Exception {
        plane.probe.holds("one");
        plane.deploy("web", options(), ControlPlane.forced("one"), DeployProgress.SILENT);
        Target target = plane.claim("web");
        assertThat(target.state()).isEqualTo(TargetState.HEALTHY);
        assertThat(plane.probe.count("one")).isZero();
    }

    @Test
    void ofSeveralForcedTargetsThoseThatFailLeaveTheRotation() throws Exception {
        plane.probe.says("bad", ScriptedProbe.FAILING);
        plane.deploy("web", options(), ControlPlane.forced("good", "bad"), DeployProgress.SILENT);
        Target bad = plane.service("web").active().targets().get(1);
        await().until(() -> bad.state() == TargetState.UNHEALTHY);
        assertThat(plane.claim("web").address().text()).isEqualTo("good");
    }

    // -- rollouts

    @Test
    void aRolloutNeedsItsService() {
        assertThatThrownBy(() -> plane.deployer.deployRollout(
                        "web", ControlPlane.deployment(SHORT, "one"), DeployProgress.SILENT))
                .hasMessage("service not found");
        assertThat(plane.probe.count("one")).isZero();
    }

    @Test
    void rolloutTargetsThatDoNotBecomeHealthyChangeNothing() throws Exception {
        plane.deploy("web", "one");
        plane.probe.says("bad", ScriptedProbe.FAILING);
        assertThatThrownBy(() -> plane.deployer.deployRollout(
                        "web", ControlPlane.deployment(SHORT, "bad"), DeployProgress.SILENT))
                .isInstanceOf(DeployFailed.class);
        assertThat(plane.service("web").rolloutTargets()).isNull();
        assertThat(plane.saved).hasSize(1);
    }

    @Test
    void aSecondRolloutDrainsTheTargetsOfTheFirstAndNotTheActiveOnes() throws Exception {
        plane.deploy("web", "one");
        plane.deployer.deployRollout("web", ControlPlane.deployment(ControlPlane.LONG, "new"), DeployProgress.SILENT);
        plane.deployer.deployRollout("web", ControlPlane.deployment(ControlPlane.LONG, "newer"), DeployProgress.SILENT);
        assertThat(plane.traffic.calls).containsExactly("tunnels new", "idle new");
        assertThat(plane.claim("web").address().text()).isEqualTo("one");
    }

    @Test
    void aRolloutWhoseServiceIsRemovedMeanwhileFails() throws Exception {
        plane.deploy("web", "one");
        plane.probe.holds("new");
        Future<?> deploying = plane.inBackground(() -> plane.deployer.deployRollout(
                "web", ControlPlane.deployment(ControlPlane.LONG, "new"), DeployProgress.SILENT));
        await().until(() -> plane.probe.count("new") > 0);
        plane.services.remove("web");
        plane.probe.letGo("new");
        assertThatThrownBy(deploying::get).cause().hasMessage("service not found");
        assertThat(plane.targets("web")).isEmpty();
    }
}
