"""h2load, run on the load's CPU (which it inherits)."""
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import machine

PROTOCOLS = {"h1": ["--h1"], "tls": ["--h1"], "h2": ["-m", "10"]}


@dataclass
class Target:
    protocol: str
    port: int
    host: str
    path: str = "/"

    def arguments(self):
        scheme = "http" if self.protocol == "h1" else "https"
        return [*PROTOCOLS[self.protocol], f"--connect-to=127.0.0.1:{self.port}",
                f"{scheme}://{self.host}:{self.port}{self.path}"]


class LoadFailed(Exception):
    pass


def h2load(target, *options):
    """Returns how many requests were answered with 2xx, perhaps none; any other answer is a failure of the benchmark."""
    command = [machine.which("h2load"), *map(str, options), *target.arguments()]
    ran = subprocess.run(command, capture_output=True, text=True)
    status = re.search(r"status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", ran.stdout)
    failed = re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", ran.stdout)
    if not status or not failed:
        raise LoadFailed(f"{' '.join(command)}:\n{ran.stdout[-800:]}{ran.stderr[-400:]}")
    good, *bad = map(int, status.groups())
    if any(bad) or any(map(int, failed.groups())):
        raise LoadFailed(f"{' '.join(command)}: {status.group(0)}; {failed.group(0)}")
    return good


def saturate(target, seconds):
    return h2load(target, "-c", clients(target), "-D", f"{round(seconds * 1000)}ms")


def requests(target, count):
    """So many requests, as fast as they are answered."""
    return h2load(target, "-c", clients(target), "-n", count)


def clients(target):
    # As many requests at a time, over HTTP/2 ten on a connection.
    return 6 if target.protocol == "h2" else 64


def new_connections(target, count, rate):
    """One request on each of so many connections, so many of them begun in a second."""
    return h2load(target, "-c", count, "-n", count, "-r", rate)


def transfers(target, count, upload: Path | None = None):
    return h2load(target, "-c", 4, "-n", count, *(["-d", str(upload)] if upload else []))


def latencies(target, rate, seconds, log: Path, clients=16):
    """
    Milliseconds of each request at a fixed rate, sorted. The first half second is left out. h2load sends what a client owes
    every 10 ms, so clients begin a millisecond apart: begun together they would send together, and the more so the faster
    the proxy's handshakes are.
    """
    log.unlink(missing_ok=True)
    each = max(1, round(rate / clients))
    h2load(target, "-c", clients, "-r", 1, "--rate-period=1ms", f"--rps={each}", "-n", round(clients * each * seconds),
           f"--log-file={log}")
    rows = [line.split("\t") for line in log.read_text().splitlines()]
    start = min(int(row[0]) for row in rows) + 500_000
    return sorted(int(row[2]) / 1000 for row in rows if int(row[0]) >= start)
