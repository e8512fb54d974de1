package dev.sluice.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.fixture.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same bytes to nginx and HAProxy, where they are installed: whether they refuse, how many requests they see, and
 * how the target gets them. Whatever differs from Sluice is explained in the table, and nothing else is.
 */
class PeersIT {
    @TempDir
    Path directory;

    /** Starts a proxy before a target. */
    private interface Start {
        Peer before(Path program, Path directory, String target) throws IOException;
    }

    @Test
    void whereNginxDiffersTheTableSaysWhy() throws Exception {
        compare("nginx", "nginx/1.22.", Peer::nginx);
    }

    @Test
    void whereHaproxyDiffersTheTableSaysWhy() throws Exception {
        compare("haproxy", "version 2.6.", Peer::haproxy);
    }

    private void compare(String name, String version, Start start) throws Exception {
        Optional<Path> program = Peer.program(name);
        assumeTrue(program.isPresent(), name + " is not installed");
        // What they do, and the reasons for it, are those of one version.
        assumeTrue(Peer.version(program.get()).contains(version), name + " is not of version " + version);
        List<String> wrong = new ArrayList<>();
        Path place = Files.createDirectory(directory.resolve(name));
        try (Backend target = new Backend("target", Outcome::tell);
                Peer peer = start.before(program.get(), place, target.address())) {
            for (Payload row : Payloads.all()) {
                List<String> ours = Outcome.kinds(Outcome.expected(row.outcome()));
                // Whether they reset the connection behind a refusal depends on what has arrived when they close it.
                List<String> theirs = Outcome.of(peer.port, row.bytes(), Integer.MAX_VALUE / 2).stream()
                        .map(step -> step.replace(" and reset", ""))
                        .toList();
                Payload.Difference known = row.peers().get(name);
                boolean explained = known != null
                        && known.outcomes().stream().map(Outcome::expected).anyMatch(theirs::equals);
                boolean same = Outcome.kinds(theirs).equals(ours);
                if (known == null ? !same : !explained) {
                    wrong.add(row + "\n    " + name + " = " + String.join(" & ", theirs));
                }
            }
        }
        assertThat(wrong).as("differences that the table does not explain").isEmpty();
    }
}
