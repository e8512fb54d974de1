package dev.sluice.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadBalancerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(60);

    private final ScriptedProbe probe = new ScriptedProbe();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<LoadBalancer> made = new ArrayList<>();

    @AfterEach
    void stopChecks() {
        made.forEach(LoadBalancer::stopChecks);
        threads.close();
    }

    private LoadBalancer balancer(List<String> writers, String... readers) throws ControlFailure {
        LoadBalancer balancer = LoadBalancer.create(writers, List.of(readers), OptionsFor.TARGETS, probe);
        made.add(balancer);
        return balancer;
    }

    private static String claimed(LoadBalancer balancer, boolean read) {
        return switch (balancer.claim(read)) {
            case Target target -> {
                target.release();
                yield target.address().text();
            }
            case Claim.Refused refused -> refused.name();
        };
    }

    private static List<String> claims(LoadBalancer balancer, boolean read, int count) {
        List<String> claims = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            claims.add(claimed(balancer, read));
        }
        return claims;
    }

    @Test
    void targetsTakeTurnsBeginningWithTheSecond() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two", "three"));
        balancer.assumeHealthy();
        assertThat(claims(balancer, false, 6)).containsExactly("two", "three", "one", "two", "three", "one");
    }

    @Test
    void manyThreadsSpreadTheirRequestsEvenly() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two", "three"));
        balancer.assumeHealthy();
        Map<String, LongAdder> counts = new ConcurrentHashMap<>();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            running.add(threads.submit(() -> {
                for (int n = 0; n < 5000; n++) {
                    counts.computeIfAbsent(claimed(balancer, false), _ -> new LongAdder())
                            .increment();
                }
            }));
        }
        for (Future<?> thread : running) {
            thread.get();
        }
        assertThat(counts).hasSize(3);
        assertThat(counts.values()).allMatch(n -> n.sum() == 10_000);
        assertThat(balancer.inflight()).isZero();
    }

    @Test
    void readsGoToReadersAndWritesToWriters() throws Exception {
        LoadBalancer balancer = balancer(List.of("writer"), "reader-a", "reader-b");
        balancer.assumeHealthy();
        assertThat(claims(balancer, true, 4)).containsExactly("reader-b", "reader-a", "reader-b", "reader-a");
        assertThat(claims(balancer, false, 2)).containsOnly("writer");
    }

    @Test
    void readsGoToWritersWhileNoReaderIsHealthyAndWritesNeverGoToReaders() throws Exception {
        probe.says("reader", ScriptedProbe.FAILING);
        LoadBalancer balancer = balancer(List.of("writer"), "reader");
        balancer.startChecks(DeployProgress.SILENT);
        await().until(() -> claimed(balancer, true).equals("writer"));
        probe.says("reader", ScriptedProbe.HEALTHY).says("writer", ScriptedProbe.FAILING);
        await().until(() -> claimed(balancer, true).equals("reader"));
        await().until(() -> claimed(balancer, false).equals("NO_HEALTHY_TARGET"));
        assertThat(balancer.hasReaders()).isTrue();
    }

    @Test
    void nobodyIsClaimedBeforeItWasFoundHealthy() throws Exception {
        assertThat(claimed(balancer(List.of("one")), false)).isEqualTo("NO_HEALTHY_TARGET");
    }

    @Test
    void aRetiredBalancerSaysThatItWasReplacedAndCountsNothing() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two"), "reader");
        balancer.assumeHealthy();
        balancer.retire();
        assertThat(claimed(balancer, true)).isEqualTo("REPLACED");
        assertThat(claimed(balancer, false)).isEqualTo("REPLACED");
        assertThat(balancer.inflight()).isZero();
        assertThat(balancer.targets()).allMatch(t -> t.state() == TargetState.DRAINING);
    }

    @Test
    void noRequestIsClaimedOnceARetirementHasReturned() throws Exception {
        for (int round = 0; round < 300; round++) {
            LoadBalancer balancer = balancer(List.of("one", "two"));
            balancer.assumeHealthy();
            List<Future<Integer>> claimers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                claimers.add(threads.submit(() -> {
                    int claimed = 0;
                    while (balancer.claim(false) instanceof Target) {
                        claimed++;
                    }
                    return claimed;
                }));
            }
            balancer.retire();
            long atTheEnd = balancer.inflight();
            int claimed = claimers.get(0).get() + claimers.get(1).get();
            assertThat(atTheEnd).isEqualTo(claimed);
        }
    }

    @Test
    void allTargetsMustBeHealthyAtTheSameTime() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two"));
        probe.says("two", ScriptedProbe.FAILING);
        balancer.startChecks(DeployProgress.SILENT);
        Future<?> waiting = threads.submit(() -> {
            balancer.awaitHealthy(LONG);
            return null;
        });
        await().until(() -> state(balancer, 0) == TargetState.HEALTHY);
        probe.says("one", ScriptedProbe.FAILING);
        await().until(() -> state(balancer, 0) == TargetState.UNHEALTHY);
        probe.says("two", ScriptedProbe.HEALTHY);
        await().until(() -> state(balancer, 1) == TargetState.HEALTHY);
        int checks = probe.count("two");
        await().until(() -> probe.count("two") > checks + 3);
        assertThat(waiting.isDone()).isFalse();
        probe.says("one", ScriptedProbe.HEALTHY);
        waiting.get();
    }

    private static TargetState state(LoadBalancer balancer, int target) {
        return balancer.targets().get(target).state();
    }

    @Test
    void aTimeoutTellsOfEveryTargetWhatItsLastCheckFound() throws Exception {
        LoadBalancer balancer = balancer(List.of("good", "bad", "moved"), "hanging");
        probe.says("bad", ScriptedProbe.FAILING)
                .says("moved", new HealthResult.WrongStatus(301, "", "https://app/up"))
                .holds("hanging");
        balancer.startChecks(DeployProgress.SILENT);
        await().until(() -> probe.count("bad") > 1 && probe.count("moved") > 1);
        assertThatThrownBy(() -> balancer.awaitHealthy(SHORT)).isInstanceOfSatisfying(DeployFailed.class, failed -> {
            assertThat(failed).hasMessage("target failed to become healthy within configured timeout (60ms)");
            assertThat(failed.kind()).isEqualTo(ControlFailure.Kind.UNHEALTHY);
            List<TargetEvidence> evidence = failed.evidence();
            assertThat(evidence).extracting(TargetEvidence::target).containsExactly("good", "bad", "moved", "hanging");
            assertThat(evidence)
                    .extracting(TargetEvidence::last)
                    .containsExactly(
                            "was healthy, the others were not",
                            "unexpected status (500)",
                            "unexpected status (301)",
                            "no check ended in time");
            assertThat(evidence)
                    .extracting(TargetEvidence::detail)
                    .containsExactly("", "boom", "Location: https://app/up", "");
            assertThat(evidence.get(1).tries()).isGreaterThan(0);
            assertThat(evidence.get(2).hint()).contains("redirects plain HTTP");
            assertThat(evidence.get(3).tries()).isZero();
        });
        probe.letGo("hanging");
    }

    @Test
    void theOnlyTargetIsCheckedSeldomOnceItWasHealthy() throws Exception {
        LoadBalancer single = balancer(List.of("only"));
        LoadBalancer several = balancer(List.of("one", "two"));
        probe.says("only", ScriptedProbe.FAILING);
        single.startChecks(DeployProgress.SILENT);
        await().until(() -> probe.count("only") > 2);
        probe.says("only", ScriptedProbe.HEALTHY);
        single.awaitHealthy(LONG);
        int checks = probe.count("only");
        several.startChecks(DeployProgress.SILENT);
        await().until(() -> probe.count("one") > 10);
        assertThat(probe.count("only")).isEqualTo(checks);
    }

    @Test
    void theOnlyTargetIsToldToBeUnhealthyAndStillTakesRequests() throws Exception {
        LoadBalancer single = balancer(List.of("only"));
        single.startChecks(DeployProgress.SILENT);
        single.awaitHealthy(LONG);
        probe.says("only", ScriptedProbe.FAILING);
        await().atMost(LONG).until(() -> state(single, 0) == TargetState.UNHEALTHY);
        assertThat(claimed(single, false)).isEqualTo("only");
        probe.says("only", ScriptedProbe.HEALTHY);
        await().atMost(LONG).until(() -> state(single, 0) == TargetState.HEALTHY);
    }

    @Test
    void aTargetFallsAfterSoManyFailuresInARowAndRisesAfterSoManySuccesses() throws Exception {
        TargetOptions usual = OptionsFor.TARGETS;
        TargetOptions options = new TargetOptions(
                new HealthCheckOptions("/up", 0, Duration.ofMillis(10), Duration.ofSeconds(5), "", 4, 3),
                usual.responseTimeout(),
                usual.buffering(),
                List.of(),
                List.of(),
                true,
                false);
        AtomicBoolean sick = new AtomicBoolean();
        AtomicInteger failuresWhileHealthy = new AtomicInteger();
        AtomicInteger successesWhileUnhealthy = new AtomicInteger();
        LoadBalancer[] balancer = new LoadBalancer[1];
        balancer[0] = LoadBalancer.create(List.of("one", "two"), List.of(), options, (address, checks) -> {
            TargetState state = state(balancer[0], 1);
            if (!address.text().equals("two") || state == TargetState.ADDING) {
                return ScriptedProbe.HEALTHY;
            }
            if (sick.get()) {
                failuresWhileHealthy.addAndGet(state == TargetState.HEALTHY ? 1 : 0);
                return ScriptedProbe.FAILING;
            }
            successesWhileUnhealthy.addAndGet(state == TargetState.UNHEALTHY ? 1 : 0);
            return ScriptedProbe.HEALTHY;
        });
        made.add(balancer[0]);
        balancer[0].startChecks(DeployProgress.SILENT);
        // The first success is enough for a new one.
        balancer[0].awaitHealthy(LONG);
        sick.set(true);
        await().until(() -> state(balancer[0], 1) == TargetState.UNHEALTHY);
        sick.set(false);
        await().until(() -> state(balancer[0], 1) == TargetState.HEALTHY);
        assertThat(failuresWhileHealthy).hasValue(3);
        assertThat(successesWhileUnhealthy).hasValue(4);
    }

    @Test
    void targetsThatWereTriedAreNotGivenAgain() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two"), "reader");
        balancer.assumeHealthy();
        List<Target> tried = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Target target = (Target) balancer.claim(true, tried);
            target.release();
            tried.add(target);
        }
        assertThat(tried).doesNotHaveDuplicates();
        assertThat(tried.getFirst().role()).isEqualTo(Target.Role.READER);
        assertThat(balancer.claim(true, tried)).isEqualTo(Claim.Refused.NO_HEALTHY_TARGET);
        assertThat(balancer.inflight()).isZero();
    }

    private static void fail(Target target) {
        for (int i = 0; i < Ejection.FAILURES; i++) {
            target.failed("refused");
        }
    }

    @Test
    void aTargetThatFailsRequestsIsPassedOverWhileThereAreOthersAndNeverTheLast() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two", "three"));
        balancer.assumeHealthy();
        fail(balancer.targets().get(0));
        assertThat(balancer.targets().get(0).stateLabel()).isEqualTo("ejected");
        assertThat(claims(balancer, false, 6)).doesNotContain("one").contains("two", "three");
        fail(balancer.targets().get(1));
        assertThat(claims(balancer, false, 4)).containsOnly("three");
        fail(balancer.targets().get(2));
        assertThat(claims(balancer, false, 6)).contains("one", "two", "three");
        balancer.targets().get(1).answered();
        assertThat(claims(balancer, false, 4)).containsOnly("two");
    }

    @Test
    void readsGoToAWriterWhileTheReaderFailsThem() throws Exception {
        LoadBalancer balancer = balancer(List.of("writer"), "reader");
        balancer.assumeHealthy();
        fail(balancer.targets().get(1));
        assertThat(claims(balancer, true, 3)).containsOnly("writer");
        fail(balancer.targets().get(0));
        assertThat(balancer.targets().get(0).stateLabel()).isEqualTo("healthy");
    }

    @Test
    void whenNobodyIsHealthyThoseAreAskedWhoseChecksFoundNoAnswer() throws Exception {
        LoadBalancer balancer = balancer(List.of("says-no", "silent", "slow"));
        balancer.startChecks(DeployProgress.SILENT);
        balancer.awaitHealthy(LONG);
        probe.says("says-no", ScriptedProbe.FAILING)
                .says("silent", new HealthResult.BadAnswer("closed", false))
                .says("slow", new HealthResult.TimedOut(true));
        await().until(() -> balancer.targets().stream().allMatch(target -> target.state() == TargetState.UNHEALTHY));
        assertThat(claims(balancer, false, 6)).contains("silent", "slow").doesNotContain("says-no");
        assertThat(claims(balancer, true, 6)).contains("silent", "slow").doesNotContain("says-no");
        probe.says("says-no", ScriptedProbe.HEALTHY);
        await().until(() -> claimed(balancer, false).equals("says-no"));
        assertThat(claims(balancer, false, 4)).containsOnly("says-no");
    }

    @Test
    void oneOfSeveralTargetsLeavesTheRotationAfterOneFailureAndComesBack() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two"));
        balancer.startChecks(DeployProgress.SILENT);
        balancer.awaitHealthy(LONG);
        probe.says("two", ScriptedProbe.FAILING);
        await().until(() -> state(balancer, 1) == TargetState.UNHEALTHY);
        assertThat(claims(balancer, false, 4)).containsOnly("one");
        probe.says("two", ScriptedProbe.HEALTHY);
        await().until(() -> state(balancer, 1) == TargetState.HEALTHY);
        assertThat(claims(balancer, false, 4)).contains("one", "two");
    }

    @Test
    void aCheckThatPassesDoesNotBringARetiredTargetBack() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two"));
        balancer.assumeHealthy();
        probe.holds("one");
        balancer.startChecks(DeployProgress.SILENT);
        await().until(() -> probe.count("one") == 1);
        balancer.targets().forEach(Target::retire);
        probe.letGo("one");
        await().until(() -> probe.count("one") > 1);
        assertThat(state(balancer, 0)).isEqualTo(TargetState.DRAINING);
        assertThat(claimed(balancer, false)).isEqualTo("REPLACED");
    }

    @Test
    void progressIsToldOfEachCheckUntilTheWaitEnds() throws Exception {
        LoadBalancer balancer = balancer(List.of("one", "two"));
        probe.says("two", ScriptedProbe.FAILING);
        List<String> told = new CopyOnWriteArrayList<>();
        balancer.startChecks(new DeployProgress() {
            @Override
            public void checked(Target target, int tries, HealthResult result) {
                told.add(target.address() + " " + tries + " " + result.healthy());
                if (target.address().text().equals("two") && tries == 3) {
                    probe.says("two", ScriptedProbe.HEALTHY);
                }
            }
        });
        balancer.awaitHealthy(LONG);
        assertThat(told)
                .containsSubsequence("two 1 false", "two 2 false", "two 3 false", "two 4 true")
                .contains("one 1 true");
        int toldThen = told.size();
        int checks = probe.count("two");
        await().until(() -> probe.count("two") > checks + 5);
        // One check of each target may have been on its way to tell.
        assertThat(told).hasSizeLessThanOrEqualTo(toldThen + 2);
    }

    @Test
    void targetsAreListedWritersFirstAsTheyWereGiven() throws Exception {
        LoadBalancer balancer = balancer(List.of("one:1", "two:2"), "three:3");
        assertThat(balancer.targets()).extracting(t -> t.address().text()).containsExactly("one:1", "two:2", "three:3");
        assertThat(balancer.addresses(Target.Role.READER)).containsExactly("three:3");
    }

    @Test
    void oneUnreadableAddressIsRefused() {
        assertThatThrownBy(() -> balancer(List.of("one", "_")))
                .isInstanceOf(ControlFailure.class)
                .hasMessage("_ :invalid host pattern");
    }
}
