package dev.sluice.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What may differ between two readers of the same bytes: Sluice's may refuse what the other takes, may refuse with another
 * status, and may still wait for a line's end where the other refuses already. It may take nothing otherwise.
 */
final class Comparison {

    private Comparison() {}

    static void check(byte[] bytes, List<String> ours, List<String> theirs) {
        List<String> mine = ours.stream().map(Comparison::plain).toList();
        List<String> other = theirs.stream().map(Comparison::plain).toList();
        int same = 0;
        while (same < Math.min(mine.size(), other.size()) && mine.get(same).equals(other.get(same))) {
            same++;
        }
        boolean equal = same == mine.size() && same == other.size();
        boolean stricter = same < mine.size() && refusal(mine.get(same));
        boolean waits = same == mine.size() && same < other.size() && refusal(other.get(same));
        assertThat(equal || stricter || waits)
                .as(
                        "%s%nours   %s%ntheirs %s",
                        new String(bytes, StandardCharsets.ISO_8859_1).replace("\r\n", "|"), ours, theirs)
                .isTrue();
    }

    private static boolean refusal(String said) {
        return said.startsWith("refused") || said.startsWith("malformed");
    }

    // Blanks where lines are joined are either's taste. Netty drops some fields that frame, which Sluice drops later.
    private static String plain(String said) {
        if (said.startsWith("refused")) {
            return "refused";
        }
        if (said.startsWith("malformed")) {
            return "malformed";
        }
        return said.replaceAll("(?i)(?<=[\\[ ])transfer-encoding=chunked(, )?", "")
                .replaceAll(
                        "(?i)(?<= trailers \\[.{0,200})(content-length|transfer-encoding|trailer)=[^,\\]]*(, )?", "")
                .replace(", ]", "]")
                .replaceAll("  +", " ")
                .replaceAll(" (?=[,\\]])", "");
    }
}
