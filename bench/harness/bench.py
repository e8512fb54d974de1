"""One run: the backend, the proxies, and what was measured."""
import os
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import load, machine, proxies
from .backend import Backend


class Failed(Exception):
    """The benchmark cannot go on; the message says why."""


@dataclass
class Row:
    """One figure: its name and unit, and a value for each proxy and round."""

    name: str
    unit: str
    values: dict = field(default_factory=dict)

    def add(self, proxy, value):
        self.values.setdefault(proxy, []).append(value)

    def median(self, proxy):
        return statistics.median(self.values[proxy]) if self.values.get(proxy) else None

    def ratio(self, proxy, peer):
        """Of the two in the same round, the median over the rounds."""
        pairs = zip(self.values.get(proxy, []), self.values.get(peer, []))
        ratios = [a / b for a, b in pairs if b]
        return statistics.median(ratios) if ratios else None


class Bench:
    def __init__(self, options):
        self.options = options
        self.names = options.proxies.split(",")
        self.rows = []
        self._common = None
        for name in self.names:
            if name not in proxies.KINDS:
                raise Failed(f"no proxy named {name}; there are {', '.join(proxies.KINDS)}")

    def __enter__(self):
        os.sched_setaffinity(0, {machine.LOAD_CPU})
        self.folder = Path(tempfile.mkdtemp(prefix="sluice-bench-"))
        self.backend = Backend(self.folder)
        self.certificate = self.folder / "certificate"
        self.certificate.mkdir()
        make_certificate(self.certificate)
        self.running = []
        return self

    def __exit__(self, *_):
        for proxy in list(self.running):
            self.stop(proxy)
        self.backend.stop()
        if self.options.keep:
            print(f"working folder: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # -- proxies

    def start(self, name, **setup):
        try:
            proxy = proxies.KINDS[name](
                proxies.Setup(self.folder, self.backend, self.certificate, **setup), self.options.tree)
            proxy.first_answer = None
            self.running.append(proxy)
            proxy.first_answer = proxy.start()
        except RuntimeError as e:
            self.options.keep = True
            raise Failed(str(e)) from e
        return proxy

    def stop(self, proxy):
        proxy.stop()
        self.running.remove(proxy)

    def common(self):
        """The proxies that the scenarios of load share, started once."""
        if self._common is None:
            self._common = [self.start(name) for name in self.names]
        return self._common

    # -- rounds

    def rounds(self):
        """Each proxy in turn, again and again; who begins changes from round to round."""
        everyone = self.common()
        for i in range(self.options.rounds):
            at = i % len(everyone)
            yield from everyone[at:] + everyone[:at]

    def per_request(self, name, unit, scale, work, everyone=None):
        """CPU time of the proxy over a piece of work, divided by what `work(proxy)` says was done."""
        row = self.row(name, unit)
        everyone = everyone or self.common()
        for i in range(self.options.rounds):
            at = i % len(everyone)
            for proxy in everyone[at:] + everyone[:at]:
                before = proxy.cpu()
                done = self.attempt(work, proxy)
                if not done:
                    raise Failed(f"{proxy.name}: no request was answered in {self.options.seconds:g} s; try --seconds")
                row.add(proxy.name, (proxy.cpu() - before) / done * scale)
        self.show(row)
        return row

    def attempt(self, work, proxy):
        try:
            return work(proxy)
        except (load.LoadFailed, RuntimeError, OSError) as e:
            self.options.keep = True
            raise Failed(f"{proxy.name}: {e}") from e

    # -- figures

    def row(self, name, unit):
        row = Row(name, unit)
        self.rows.append(row)
        return row

    def show(self, row):
        cells = [f"{name} {number(row.median(name))}" for name in self.names if row.values.get(name)]
        ratios = [f"{row.ratio('sluice', peer):.2f} x {peer}" for peer in self.names
                  if peer != "sluice" and row.ratio("sluice", peer) is not None]
        print(f"{row.name + ', ' + row.unit:<48} {'  '.join(cells):<52} {'  '.join(ratios)}", flush=True)


def number(value):
    return "" if value is None else f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def make_certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=" + proxies.SECURE, "-addext", "subjectAltName=DNS:" + proxies.SECURE,
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True)
