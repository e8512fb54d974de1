"""The proxies, each as its documentation would have it run behind a deploy tool, with a log line for each request."""
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import machine, wire

PLAIN, SECURE, SOCKET = "plain.test", "secure.test", "socket.test"


@dataclass
class Setup:
    """
    What a proxy serves: PLAIN, SECURE and SOCKET, and so many services more. These have two targets each when they are
    to be checked (every second): of a single target Sluice needs no checks, since nothing else could take its place.
    """

    folder: Path
    backend: object
    certificate: Path
    services: int = 0
    checked: bool = False

    def targets(self):
        addresses = ("127.0.0.1", "127.0.0.2") if self.checked else ("127.0.0.1",)
        return [f"{address}:{self.backend.port}" for address in addresses]

    def hosts(self):
        return [host(i) for i in range(self.services)]


def host(i):
    return f"service-{i}.example.test"


class Proxy:
    name = ""
    # What the process is called in results; a variant has another name.
    def __init__(self, setup: Setup, tree: Path):
        self.setup, self.tree = setup, tree
        self.folder = setup.folder / f"{self.name}-{time.monotonic_ns()}"
        self.folder.mkdir()
        self.http, self.https = machine.free_port(), machine.free_port()
        self.process = None
        self.configure()

    def start(self):
        """Starts it on its CPU; returns after how many seconds the first answer came."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", str(machine.PROXY_CPU), *self.command()],
            cwd=self.folder,
            env={**os.environ, **self.environment()},
            stdout=open(self.folder / "stdout", "wb"),
            stderr=open(self.folder / "stderr", "wb"),
        )
        while not wire.answers(self.http, PLAIN):
            if self.process.poll() is not None or time.monotonic() - began > 120:
                raise RuntimeError(f"{self.name} does not answer; see {self.folder}/stderr")
            time.sleep(0.002)
        return time.monotonic() - began

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    @property
    def pid(self):
        return self.process.pid

    def cpu(self):
        return machine.cpu_seconds(self.pid)

    def rss(self):
        return machine.rss_mib(self.pid)

    def environment(self):
        return {}


class Sluice(Proxy):
    name = "sluice"
    flags: list = []

    def configure(self):
        state = self.folder / ".config/kamal-proxy/kamal-proxy.state"
        state.parent.mkdir(parents=True)
        app = f"127.0.0.1:{self.setup.backend.port}"
        services = [
            self.service("plain", PLAIN, app),
            self.service("secure", SECURE, app, tls=True),
            self.service("socket", SOCKET, f"127.0.0.1:{self.setup.backend.websocket_port}"),
        ]
        services += [self.service(f"service-{i}", host(i), *self.setup.targets()) for i in range(self.setup.services)]
        state.write_text(json.dumps(services))

    def service(self, name, of, *targets, tls=False):
        files = self.setup.certificate if tls else None
        return {
            "name": name,
            "options": {
                "hosts": [of],
                "path_prefixes": ["/"],
                "tls_enabled": tls,
                "tls_redirect": True,
                "tls_certificate_path": f"{files}/cert.pem" if files else "",
                "tls_private_key_path": f"{files}/key.pem" if files else "",
                "strip_prefix": True,
                "writer_affinity_timeout": 10**9,
            },
            "target_options": {
                "health_check_config": {"path": "/up", "interval": 10**9, "timeout": 5 * 10**9},
                "response_timeout": 30 * 10**9,
                "max_memory_buffer_size": 1 << 20,
                "forward_headers": True,
            },
            "active_targets": targets,
        }

    def environment(self):
        return {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "TMPDIR": str(self.folder)}

    def command(self):
        ports = [f"--http-port={self.http}", f"--https-port={self.https}"]
        return [str(self.tree / "bin/sluice"), "run", *ports, *self.flags]


class SluiceUring(Sluice):
    name = "sluice-uring"
    flags = ["--io-uring"]


class Nginx(Proxy):
    name = "nginx"
    log_options = ""

    def configure(self):
        setup = self.setup
        forwarded = """
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Request-ID $request_id;"""
        location = "location / { proxy_pass http://app; }"
        more = "".join(f"  server {{ listen 127.0.0.1:{self.http}; server_name {h}; {location} }}\n" for h in setup.hosts())
        (self.folder / "nginx.conf").write_text(f"""{machine.nginx_user()}
worker_processes 1;
worker_rlimit_nofile 20000;
daemon off;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 9900; }}
http {{
  log_format json escape=json '{{"time":"$time_iso8601","host":"$host","path":"$uri","query":"$args",'
    '"request_id":"$request_id","status":$status,"target":"$upstream_addr","duration":$request_time,'
    '"upstream_duration":"$upstream_response_time","method":"$request_method","req_content_length":"$content_length",'
    '"req_content_type":"$content_type","resp_content_length":$body_bytes_sent,'
    '"resp_content_type":"$sent_http_content_type","client_addr":"$remote_addr","client_port":"$remote_port",'
    '"user_agent":"$http_user_agent","proto":"$server_protocol","scheme":"$scheme"}}';
  access_log access.log json{self.log_options};
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  server_names_hash_max_size 65536;
  server_names_hash_bucket_size 128;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  proxy_max_temp_file_size 0;
  ssl_certificate {setup.certificate}/cert.pem;
  ssl_certificate_key {setup.certificate}/key.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  upstream app {{
    server 127.0.0.1:{setup.backend.port};
    keepalive 1000;
    keepalive_requests 1000000000;
  }}
{forwarded}
  server {{
    listen 127.0.0.1:{self.http} default_server backlog=4096;
    server_name {PLAIN};
    {location}
    location = /upload {{ proxy_request_buffering off; proxy_pass http://app; }}
  }}
  server {{
    listen 127.0.0.1:{self.https} ssl http2 backlog=4096;
    server_name {SECURE};
    {location}
  }}
  server {{
    listen 127.0.0.1:{self.http};
    server_name {SOCKET};
    location / {{
      proxy_pass http://127.0.0.1:{setup.backend.websocket_port};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
    }}
  }}
{more}}}
""")

    def command(self):
        return [machine.which("nginx"), "-p", str(self.folder), "-c", "nginx.conf", "-e", "error.log"]


class NginxBuffered(Nginx):
    name = "nginx-buffered"
    log_options = " buffer=64k flush=1s"


class Haproxy(Proxy):
    name = "haproxy"

    def configure(self):
        setup = self.setup
        (self.folder / "both.pem").write_text(
            (setup.certificate / "cert.pem").read_text() + (setup.certificate / "key.pem").read_text())
        routes = [f"{SOCKET} socket"] + [f"{h} b{i}" for i, h in enumerate(setup.hosts())]
        (self.folder / "routes").write_text("\n".join(routes) + "\n")
        check = " check inter 1s" if setup.checked else ""
        servers = "".join(f"  server app{n} {target}{check}\n" for n, target in enumerate(setup.targets()))
        more = "".join(f"backend b{i}\n{servers}" for i in range(setup.services))
        fields = ('{"time":"%T","host":"%[var(txn.host),json(utf8s)]","path":"%HP","query":"%HQ","status":%ST,'
                  '"service":"%b","target":"%s","duration":%Ta,"upstream_duration":%Tr,"method":"%HM",'
                  '"resp_content_length":%B,"client_addr":"%ci","client_port":%cp,"proto":"%HV",'
                  '"user_agent":"%[var(txn.agent),json(utf8s)]"}').replace('"', '\\"')
        (self.folder / "haproxy.cfg").write_text(f"""
global
  maxconn 9900
  nbthread 1
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option forwardfor
  option httpchk GET /up
  http-reuse always
  timeout connect 10s
  timeout client 75s
  timeout server 60s
  timeout tunnel 1h
frontend front
  bind 127.0.0.1:{self.http}
  bind 127.0.0.1:{self.https} ssl crt both.pem alpn h2,http/1.1
  log-format "{fields}"
  http-request set-var(txn.host) req.hdr(host)
  http-request set-var(txn.agent) req.hdr(user-agent)
  http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
  http-request set-header X-Forwarded-Proto http if !{{ ssl_fc }}
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Request-ID %[uuid]
  use_backend %[req.hdr(host),host_only,lower,map(routes,app)]
backend app
  server app 127.0.0.1:{setup.backend.port}
backend socket
  server app 127.0.0.1:{setup.backend.websocket_port}
{more}""")

    def command(self):
        return [machine.which("haproxy"), "-db", "-f", "haproxy.cfg"]


KINDS = {kind.name: kind for kind in (Sluice, SluiceUring, Nginx, NginxBuffered, Haproxy)}
