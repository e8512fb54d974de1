"""What the proxies have behind them: one nginx without a log, and a WebSocket echo. Both on the load's CPU."""
import subprocess
import sys
from pathlib import Path

from . import machine

BIG = 10 << 20

CONFIGURATION = """{user}
worker_processes 1;
daemon off;
pid backend.pid;
error_log backend.error.log warn;
events {{ worker_connections 8000; }}
http {{
  access_log off;
  default_type text/plain;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_temp_path backend-tmp;
  proxy_temp_path backend-tmp;
  fastcgi_temp_path backend-tmp;
  uwsgi_temp_path backend-tmp;
  scgi_temp_path backend-tmp;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    listen 127.0.0.2:{port} backlog=4096;
    listen unix:backend.sock;
    location / {{ return 200 "{body}"; }}
    location = /big {{ root files; }}
    # Answers when the whole body was read, into memory.
    location = /upload {{
      client_body_buffer_size {sink};
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_pass http://unix:backend.sock:/;
    }}
  }}
}}
"""


class Backend:
    """Runs in a folder of its own; `port` answers 1 KB to everything, /big with 10 MiB, and takes uploads at /upload."""

    def __init__(self, folder: Path):
        self.port = machine.free_port()
        self.websocket_port = machine.free_port()
        (folder / "files").mkdir()
        (folder / "files/big").write_bytes(b"0123456789abcdef" * (BIG // 16))
        self.upload = folder / "files/big"
        self.small_upload = folder / "files/small"
        self.small_upload.write_bytes(b"x" * 1024)
        (folder / "backend.conf").write_text(
            CONFIGURATION.format(user=machine.nginx_user(), port=self.port, body="x" * 1024, sink=BIG + 4096))
        nginx = [machine.which("nginx"), "-p", str(folder), "-c", "backend.conf", "-e", "backend.error.log"]
        echo = [sys.executable, str(Path(__file__).parent / "echo.py"), str(self.websocket_port)]
        self.processes = [
            subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) for command in (nginx, echo)
        ]

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
