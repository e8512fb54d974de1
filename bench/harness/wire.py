"""Connections made by hand, where no load tool fits: first answers, idle connections, WebSockets."""
import os
import select
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

# RFC 9113 3.4, an empty SETTINGS, and HEADERS of stream 1 from HPACK's static table but for the authority.
H2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"


def h2_get(host):
    block = b"\x82\x87\x84\x41" + bytes([len(host)]) + host.encode()
    return len(block).to_bytes(3, "big") + b"\x01\x05\0\0\0\x01" + block


def get(host, path="/"):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench\r\n\r\n".encode()


def answers(port, host):
    """Whether there is a 200 to be had."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as s:
            s.sendall(get(host))
            return b" 200 " in s.recv(4096)[:20]
    except OSError:
        return False


def tls_context(protocol):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    return context


def idle(port, host, protocol, count):
    """Opens so many connections, asks for one answer on each, and leaves them open."""
    context = None if protocol == "plain" else tls_context("h2" if protocol == "h2" else "http/1.1")
    with ThreadPoolExecutor(8) as several:
        return list(several.map(lambda _: once(port, host, protocol, context), range(count)))


def once(port, host, protocol, context):
    s = connect(port)
    if context:
        s = context.wrap_socket(s, server_hostname=host)
    s.sendall(H2_PREFACE + h2_get(host) if protocol == "h2" else get(host))
    received = 0
    # The application's kilobyte and a head.
    while received < 1024:
        part = s.recv(8192)
        if not part:
            raise RuntimeError("a connection that was to be idle was closed")
        received += len(part)
    return s


def connect(port):
    s = socket.create_connection(("127.0.0.1", port), 30)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def websocket(port, host):
    s = connect(port)
    s.sendall((f"GET /socket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
    head = b""
    while b"\r\n\r\n" not in head:
        part = s.recv(4096)
        if not part:
            raise RuntimeError("no WebSocket: " + head.decode("latin-1"))
        head += part
    if b" 101 " not in head:
        raise RuntimeError("no WebSocket: " + head.decode("latin-1"))
    return s


def echo(port, host, count, seconds):
    """Has a frame of 64 bytes echoed on so many WebSockets, again and again; returns how often it came back."""
    frame = bytes((0x82, 0x80 | 64)) + b"\0\0\0\0" + os.urandom(64)
    sockets = {s.fileno(): s for s in (websocket(port, host) for _ in range(count))}
    poll = select.epoll()
    missing = {}
    for fd, s in sockets.items():
        poll.register(fd, select.EPOLLIN)
        s.sendall(frame)
        missing[fd] = 66
    end, echoes = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for fd, _ in poll.poll(1):
            data = sockets[fd].recv(4096)
            if not data:
                raise RuntimeError("a WebSocket was closed")
            missing[fd] -= len(data)
            if missing[fd] == 0:
                echoes += 1
                missing[fd] = 66
                sockets[fd].sendall(frame)
    for s in sockets.values():
        s.close()
    return echoes
