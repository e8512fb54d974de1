"""The machine: its CPUs, what is installed, and what the kernel tells of a process."""
import os
import platform
import shutil
import socket
import subprocess
from pathlib import Path

from . import network

ROOT = Path(__file__).resolve().parents[2]
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
CPUS = sorted(os.sched_getaffinity(0))
# The proxy has the first to itself; load, backend and this script share the last.
PROXY_CPU = CPUS[0]
LOAD_CPU = CPUS[-1]


def missing(options):
    """What is to be installed or built before anything can be measured; a line each."""
    wanted = {"h2load": "nghttp2-client", "nginx": "nginx-light", "openssl": "openssl", "taskset": "util-linux"}
    if "haproxy" in options.proxies:
        wanted["haproxy"] = "haproxy"
    lines = [f"{tool}: apt-get install {package}" for tool, package in wanted.items() if not which(tool)]
    if not (options.tree / "bin/sluice").exists():
        lines.append(f"{options.tree}: ./mvnw -pl dist -am package -DskipTests")
    if len(CPUS) < 2:
        lines.append("a second CPU: the proxy must not share its own with the load")
    return lines


def which(tool):
    # Daemons of packages are in /usr/sbin, which is not on everyone's PATH.
    return shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/sbin:/usr/local/sbin")


def describe():
    lines = [
        f"{cpu_model()}, {len(CPUS)} CPUs, {memory_gib():.0f} GiB, Linux {platform.release()}, load {os.getloadavg()[0]:.1f}",
        f"proxy on CPU {PROXY_CPU}; load and backend on CPU {LOAD_CPU}; {network.describe()}",
        ", ".join(filter(None, (version("nginx", "-v"), version("haproxy", "-v"), version("h2load", "--version")))),
    ]
    return "\n".join(lines)


def version(tool, flag):
    path = which(tool)
    if not path:
        return ""
    ran = subprocess.run([path, flag], capture_output=True, text=True)
    line = (ran.stdout + ran.stderr).splitlines()[0]
    return line.replace("nginx version: ", "").split(" - ")[0]


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def memory_gib():
    return os.sysconf("SC_PHYS_PAGES") * PAGE / (1 << 30)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tree(pid):
    """A process and those it started."""
    pids = [pid]
    for parent in pids:
        try:
            pids += map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
        except FileNotFoundError:
            pass
    return pids


def cpu_seconds(pid):
    """User and system time of a process, its ended children and its living ones."""
    total = 0
    for each in tree(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / TICK


def rss_mib(pid):
    """Resident memory of the largest process of a tree: nginx's master does not count."""
    return max(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in tree(pid)) * PAGE / (1 << 20)


def nginx_user():
    """Started by root, nginx would give its workers away to a user that cannot read our folder."""
    return "user root;" if os.geteuid() == 0 else ""
