"""A WebSocket server that sends every frame back, unmasked. Frames of up to 125 bytes; one thread. Usage: echo.py PORT"""
import base64
import hashlib
import re
import select
import socket
import sys

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def answer(head):
    key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head)
    if not key:
        # A health check.
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    accept = base64.b64encode(hashlib.sha1(key.group(1) + GUID).digest())
    return (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")


def unmasked(frame):
    mask, payload = frame[2:6], frame[6:]
    plain = bytes(c ^ mask[i & 3] for i, c in enumerate(payload)) if any(mask) else payload
    return bytes((frame[0], len(plain))) + plain


def answers(buffer):
    """Frames to send back for what was received, and what is left of it."""
    out = []
    while len(buffer) >= 6:
        end = 6 + (buffer[1] & 0x7F)
        if len(buffer) < end:
            break
        out.append(unmasked(buffer[:end]))
        buffer = buffer[end:]
    return b"".join(out), buffer


def main(port):
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    connections, pending, open_ = {}, {}, set()
    while True:
        for fd, _ in poll.poll():
            if fd == listener.fileno():
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                poll.register(connection, select.EPOLLIN)
                connections[connection.fileno()] = connection
                pending[connection.fileno()] = b""
                continue
            connection = connections[fd]
            try:
                data = connection.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                poll.unregister(fd)
                connection.close()
                open_.discard(fd)
                del connections[fd], pending[fd]
                continue
            buffer = pending[fd] + data
            if fd in open_:
                out, pending[fd] = answers(buffer)
            elif b"\r\n\r\n" in buffer:
                out, pending[fd] = answer(buffer), b""
                if out.startswith(b"HTTP/1.1 101"):
                    open_.add(fd)
            else:
                out, pending[fd] = b"", buffer
            if out:
                connection.sendall(out)


if __name__ == "__main__":
    main(int(sys.argv[1]))
