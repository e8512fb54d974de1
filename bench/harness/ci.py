"""The short form: fails when Sluice has become grossly worse. Ratios and bytes, no times; about a minute."""
import os
import statistics
import time

from . import allocation, load, machine
from .bench import Bench, Failed
from .scenarios import target

# Well above what was seen (docs/performance.md), so that only a real step up fails, whatever else the machine does.
MOST_BYTES = {"h1": 3_000, "h2": 6_000}
# A build that was seen at 1.2 on a quiet machine was at 1.9 with more than 30 processes waiting for two CPUs.
MOST_RATIO = 1.8
NAMES = {"h1": "HTTP/1.1", "h2": "HTTP/2, 10 streams"}
# Requests rather than seconds: on a busy machine these are not the same.
ROUNDS, REQUESTS, WARM_UP, LONGEST_WARM_UP = 3, 60_000, 100_000, 20


def check(options):
    options.proxies, options.rounds, options.keep = "sluice,nginx", ROUNDS, False
    missing = machine.missing(options)
    if missing:
        print("bench: skipped, since not everything is here:\n  " + "\n  ".join(missing))
        return 0
    worse = []
    with Bench(options) as bench:
        log = bench.folder / "gc.log"
        os.environ["SLUICE_JAVA_OPTS"] = " ".join(
            filter(None, (os.environ.get("SLUICE_JAVA_OPTS"), allocation.option(log))))
        sluice, nginx = bench.common()
        for protocol, name in NAMES.items():
            warm(bench, sluice, protocol)
            bytes_each, ratio = measure(bench, sluice, nginx, protocol, log)
            verdict = []
            if bytes_each > MOST_BYTES[protocol]:
                verdict.append(f"more than {MOST_BYTES[protocol]} bytes")
            if ratio > MOST_RATIO:
                verdict.append(f"more than {MOST_RATIO} x nginx")
            worse += verdict
            print(f"{name}: {bytes_each:.0f} bytes allocated a request, {ratio:.2f} x nginx's CPU: "
                  f"{' and '.join(verdict) or 'fine'}", flush=True)
    return 1 if worse else 0


def warm(bench, sluice, protocol):
    end, done = time.monotonic() + LONGEST_WARM_UP, 0
    while done < WARM_UP and time.monotonic() < end:
        done += bench.attempt(lambda p: load.requests(target(p, protocol), REQUESTS // 10), sluice)


def measure(bench, sluice, nginx, protocol, log):
    """(bytes allocated by Sluice, its CPU time as a multiple of nginx's), both for a request."""
    bytes_each, ratios = [], []
    for _ in range(ROUNDS):
        each = {}
        for proxy in (sluice, nginx):
            allocated, collections = allocation.collected(log)
            cpu = proxy.cpu()
            done = bench.attempt(lambda p: load.requests(target(p, protocol), REQUESTS), proxy)
            each[proxy] = (proxy.cpu() - cpu) / done
            if proxy is sluice:
                after, more = allocation.collected(log)
                if more - collections < 5:
                    raise Failed(f"only {more - collections} collections: too few to count bytes by")
                bytes_each.append((after - allocated) / done)
        ratios.append(each[sluice] / each[nginx])
    return statistics.median(bytes_each), statistics.median(ratios)
