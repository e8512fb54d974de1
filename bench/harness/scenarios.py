"""What is measured, a function each; every one can be run alone."""
import os
import statistics
import subprocess
import time

from . import load, machine, proxies, wire
from .load import Target

MICROS = 1e6
IDLE = 4000
# Longer than it takes what was freed to go back to the system: the JVM gives up what its compilers needed every 5 s, and
# trims the native heap every 5 s.
SETTLE = 11


def target(proxy, protocol, path="/", host=None):
    plain = protocol == "h1"
    return Target(protocol, proxy.http if plain else proxy.https,
                  host or (proxies.PLAIN if plain else proxies.SECURE), path)


def warm(bench, everyone, work, most=100):
    """Until each has used so much CPU, rather than time: on a busy machine these are not the same."""
    for proxy in everyone:
        wanted = proxy.cpu() + bench.options.warm_up
        for _ in range(most):
            bench.attempt(work, proxy)
            # What is written in C knows nothing of warmth.
            if proxy.cpu() >= wanted or not proxy.name.startswith("sluice"):
                break


def throughput(protocol, name):
    def scenario(bench):
        seconds = bench.options.seconds
        warm(bench, bench.common(), lambda p: load.saturate(target(p, protocol), 2))
        bench.per_request(name, "us a request", MICROS, lambda p: load.saturate(target(p, protocol), seconds))
        memory(bench, f"{name}: RSS after")

    return scenario


def memory(bench, name):
    row = bench.row(name, "MiB")
    time.sleep(SETTLE)
    for proxy in bench.common():
        row.add(proxy.name, proxy.rss())
    bench.show(row)


def new_tls(bench):
    rate, count = 300, max(300, int(300 * bench.options.seconds))
    work = lambda p: load.new_connections(target(p, "tls"), count, rate)  # noqa: E731
    # At twice the rate: the JVM's compilers are busy with the first 50,000 connections, of which a daemon
    # that runs for months knows nothing.
    warm(bench, bench.common(), lambda p: load.new_connections(target(p, "tls"), 4 * rate, 2 * rate))
    bench.per_request("new TLS connection", "us", MICROS, work)


def transfer(path, name):
    def scenario(bench):
        count = max(16, int(40 * bench.options.seconds))
        upload = bench.backend.upload if path == "/upload" else None
        work = lambda p: load.transfers(target(p, "h1", path), count, upload)  # noqa: E731
        if upload:
            # What a request with a body comes by once: the JVM's compilers wait for thousands of these.
            small = bench.backend.small_upload
            warm(bench, bench.common(), lambda p: load.transfers(target(p, "h1", path), 1000, small), most=10)
        warm(bench, bench.common(), work)
        bench.per_request(name, "ms CPU a GB", 1000 * 1e9 / (10 << 20), work)

    return scenario


def websockets(bench):
    seconds = bench.options.seconds
    work = lambda p: wire.echo(p.http, proxies.SOCKET, 50, seconds)  # noqa: E731
    warm(bench, bench.common(), lambda p: wire.echo(p.http, proxies.SOCKET, 50, 2))
    bench.per_request("WebSocket echo", "us a frame there and back", MICROS, work)


def latency(bench):
    """p50 and p99 at half of the rate at which nginx would use its CPU up."""
    reference = next((p for p in bench.common() if p.name == "nginx"), bench.common()[0])
    log = bench.folder / "latencies"
    for protocol, name in (("h1", "HTTP/1.1"), ("tls", "TLS HTTP/1.1"), ("h2", "HTTP/2")):
        warm(bench, bench.common(), lambda p: load.saturate(target(p, protocol), 2))
        rate = saturation(bench, reference, protocol) / 2
        p50 = bench.row(f"{name} at {rate:.0f}/s: p50", "ms")
        p99 = bench.row(f"{name} at {rate:.0f}/s: p99", "ms")
        for proxy in bench.rounds():
            times = bench.attempt(
                lambda p: load.latencies(target(p, protocol), rate, bench.options.seconds + 0.5, log), proxy)
            p50.add(proxy.name, times[len(times) // 2])
            p99.add(proxy.name, times[len(times) * 99 // 100])
        bench.show(p50)
        bench.show(p99)


def saturation(bench, proxy, protocol):
    rates = []
    for _ in range(3):
        before = proxy.cpu()
        done = bench.attempt(lambda p: load.saturate(target(p, protocol), 1), proxy)
        rates.append(done / (proxy.cpu() - before))
    return statistics.median(rates)


def services(count):
    def scenario(bench):
        everyone = [bench.start(name, services=count) for name in bench.names]
        host = proxies.host(count // 2)
        seconds = bench.options.seconds
        warm(bench, everyone, lambda p: load.saturate(target(p, "h1", host=host), 2))
        bench.per_request(f"HTTP/1.1, {count} services", "us a request", MICROS,
                          lambda p: load.saturate(target(p, "h1", host=host), seconds), everyone)
        start, rss = bench.row(f"{count} services: first answer", "ms"), bench.row(f"{count} services: RSS", "MiB")
        for proxy in everyone:
            start.add(proxy.name, proxy.first_answer * 1000)
            rss.add(proxy.name, proxy.rss())
            bench.stop(proxy)
        bench.show(start)
        bench.show(rss)

    return scenario


def idle(protocol, name):
    def scenario(bench):
        row = bench.row(f"idle connection, {name}", "KiB")
        for each in bench.names:
            proxy = bench.start(each)
            port, host = (proxy.http, proxies.PLAIN) if protocol == "plain" else (proxy.https, proxies.SECURE)
            # What only the first connections cost is no connection's.
            warm_up = bench.attempt(lambda p: wire.idle(port, host, protocol, 1000), proxy)
            for s in warm_up:
                s.close()
            time.sleep(SETTLE)
            before = proxy.rss()
            held = bench.attempt(lambda p: wire.idle(port, host, protocol, IDLE), proxy)
            time.sleep(SETTLE)
            row.add(each, (proxy.rss() - before) * 1024 / IDLE)
            for s in held:
                s.close()
            bench.stop(proxy)
        bench.show(row)

    return scenario


def crowd(bench):
    """2,000 idle keep-alive connections and 500 WebSockets at once, as on a server with 128 MiB for its proxy."""
    row = bench.row("2,000 keep-alives and 500 WebSockets: RSS", "MiB")
    for name in bench.names:
        proxy = bench.start(name)
        held = bench.attempt(lambda p: wire.idle(p.https, proxies.SECURE, "tls", 2000), proxy)
        held += bench.attempt(lambda p: [wire.websocket(p.http, proxies.SOCKET) for _ in range(500)], proxy)
        time.sleep(SETTLE)
        row.add(name, proxy.rss())
        for s in held:
            s.close()
        bench.stop(proxy)
    bench.show(row)


def start(bench):
    """From the start of the process to the first answered request, and what it keeps in memory then."""
    first, rss, cpu = (bench.row("start to first answer", "ms"), bench.row("idle: RSS", "MiB"),
                       bench.row("start to first answer", "ms of CPU"))
    for i in range(max(3, bench.options.rounds)):
        for name in bench.names:
            proxy = bench.start(name)
            first.add(name, proxy.first_answer * 1000)
            cpu.add(name, proxy.cpu() * 1000)
            if i == 0:
                time.sleep(SETTLE)
                rss.add(name, proxy.rss())
            bench.stop(proxy)
    for row in (first, cpu, rss):
        bench.show(row)


def commands(bench):
    """How long the command line takes, against a daemon with 20 services."""
    proxy = bench.start("sluice", services=20)
    environment = {**os.environ, **proxy.environment()}
    for command in ("list", "--version"):
        wall = bench.row(f"`sluice {command}`", "ms")
        for _ in range(3 * max(3, bench.options.rounds)):
            began = time.monotonic()
            subprocess.run(["taskset", "-c", str(machine.PROXY_CPU), bench.options.tree / "bin/sluice", command],
                           env=environment, check=True, stdout=subprocess.DEVNULL)
            wall.add("sluice", (time.monotonic() - began) * 1000)
        bench.show(wall)
    bench.stop(proxy)


def idle_cpu(bench):
    """
    20 services and no requests: of one target each, and of two that are checked every second (nginx checks none). After
    some minutes, since a daemon runs for months and what happens four times a second takes that long to be compiled.
    """
    for checked, name in ((False, "idle with 20 services"), (True, "idle with 20 services of two targets, 40 checks/s")):
        row = bench.row(name, "% of a core")
        everyone = [bench.start(each, services=20, checked=checked) for each in bench.names]
        time.sleep(5 if bench.options.quick else 300)
        for _ in range(max(1, bench.options.rounds // 2)):
            before = {p.name: (p.cpu(), time.monotonic()) for p in everyone}
            time.sleep(20)
            for proxy in everyone:
                cpu, at = before[proxy.name]
                row.add(proxy.name, 100 * (proxy.cpu() - cpu) / (time.monotonic() - at))
        for proxy in everyone:
            bench.stop(proxy)
        bench.show(row)


ALL = {
    "start": start,
    "commands": commands,
    "h1": throughput("h1", "HTTP/1.1"),
    "tls": throughput("tls", "TLS HTTP/1.1"),
    "h2": throughput("h2", "HTTP/2, 10 streams"),
    "new-tls": new_tls,
    "download": transfer("/big", "10 MiB downloads"),
    "upload": transfer("/upload", "10 MiB uploads"),
    "websocket": websockets,
    "latency": latency,
    "services-1000": services(1000),
    "services-10000": services(10000),
    "idle-plain": idle("plain", "plain"),
    "idle-tls": idle("tls", "TLS"),
    "idle-h2": idle("h2", "HTTP/2"),
    "crowd": crowd,
    "idle-cpu": idle_cpu,
}
