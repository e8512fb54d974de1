"""Bytes that Sluice's JVM allocates, read from its garbage collector's log."""
import re

# DefNew: 4928K->64K(5504K)
YOUNG = re.compile(r"DefNew: (\d+)K(?:\([^)]*\))?->(\d+)K")


def option(log):
    return f"-Xlog:gc+heap:file={log}"


def collected(log):
    """(bytes allocated between the first collection and the last, number of collections) so far."""
    pairs = [tuple(map(int, m)) for m in YOUNG.findall(log.read_text())]
    allocated = sum(before - left for (_, left), (before, _) in zip(pairs, pairs[1:]))
    return allocated * 1024, len(pairs)
