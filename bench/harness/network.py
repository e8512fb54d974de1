"""A network of the benchmark's own, in which the kernel behaves as it does by default."""
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

INSIDE = "SLUICE_BENCH_NETWORK"
CONGESTION_CONTROL = Path("/proc/sys/net/ipv4/tcp_congestion_control")


def enter():
    """
    Begins this program anew in a network namespace with nothing but a loopback device and Linux's default congestion
    control, whatever the machine's is: BBR paces what is sent, with a timer that on a virtual machine costs more than
    what is measured. For that one has to be root, and not in a container that forbids it; else, and with INSIDE set to
    "machine", the machine's network is used as it is.
    """
    if INSIDE in os.environ:
        if os.environ[INSIDE] == "own":
            prepare()
    elif os.geteuid() == 0 and shutil.which("unshare") and allowed():
        os.environ[INSIDE] = "own"
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])


def allowed():
    return subprocess.run(["unshare", "--net", "true"], stderr=subprocess.DEVNULL).returncode == 0


def prepare():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        # SIOCSIFFLAGS with IFF_UP
        fcntl.ioctl(s, 0x8914, struct.pack("16sH14s", b"lo", 1, b""))
    CONGESTION_CONTROL.write_text("cubic")


def describe():
    network = "a network namespace" if os.environ.get(INSIDE) == "own" else "the machine's network"
    return f"{network}, congestion control {CONGESTION_CONTROL.read_text().strip()}"
