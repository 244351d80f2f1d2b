"""OpenStack Swift with its S3 API on loopback: a real object store, started for a test and ended.

Swift's four services are Debian's own code (python3-swift), run by Debian's own Python. Everything
they keep lies in one folder, so a stopped store that is started again holds what it held.
"""

import getpass
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

PYTHON = "/usr/bin/python3"
ACCOUNT = "office:clerk"
SECRET = "of-a-store-that-lives-for-one-test"  # noqa: S105 - it guards nothing else
REGION = "us-east-1"
RUN = """
import os, signal, sys
os.fsync = os.fdatasync = lambda of: None  # for a store that lives as long as a test
from swift.common.utils import set_swift_dir
set_swift_dir(sys.argv[1])
from swift.common.wsgi import run_wsgi
import swift.account.server, swift.container.server, swift.obj.server, swift.proxy.server
services = []
for name in sys.argv[2:]:
    services.append(os.fork())
    if not services[-1]:
        sys.exit(run_wsgi(f"{sys.argv[1]}/{name}.conf", f"{name}-server"))
print(*services, flush=True)
sys.stdin.read()  # ends with whoever started this, however they end, and the services with it
for service in services:
    os.kill(service, signal.SIGKILL)
"""
RINGS = """
import sys
from swift.common.ring import RingBuilder
for name, port in zip(("account", "container", "object"), sys.argv[2:]):
    builder = RingBuilder(0, 1, 0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port),
                     "device": "disk", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{name}.ring.gz")
"""
PROXY = """
[pipeline:main]
pipeline = catch_errors healthcheck cache listing_formats s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = {region}
force_swift_request_proxy_log = false
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:slo]
use = egg:swift#slo
"""
STORE = """
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
COMMON = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {account}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_name = {name}
log_address = {folder}/no-syslog
log_level = WARNING
"""
HASHES = """
[swift-hash]
swift_hash_path_suffix = tests
swift_hash_path_prefix = tests
"""


@dataclass
class Swift:
    """A Swift of one disk and one copy, in a folder of its own."""

    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    running: list[int] = field(default_factory=list)
    launcher: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """Give where its S3 API answers."""
        return f"http://127.0.0.1:{self.ports['proxy']}"

    def lay_out(self) -> None:
        """Write what Swift wants to read before its first start."""
        (self.folder / "devices" / "disk").mkdir(parents=True)
        for name in ("account", "container", "object", "proxy"):
            self.ports[name] = _free_port()
            about = {"name": name, "folder": self.folder, "port": self.ports[name]}
            said = COMMON.format(account=getpass.getuser(), **about)
            said += STORE.format(name=name) if name != "proxy" else _proxy()
            (self.folder / f"{name}.conf").write_text(said)
        (self.folder / "swift.conf").write_text(HASHES)
        ports = [str(self.ports[name]) for name in ("account", "container", "object")]
        subprocess.run(  # noqa: S603 - this fixture's own program
            [PYTHON, "-W", "ignore", "-c", RINGS, str(self.folder), *ports], check=True
        )

    def start(self, patience: float = 30.0) -> None:
        """Start all four services and wait until the store answers."""
        with (self.folder / "log").open("ab") as log:
            self.launcher = subprocess.Popen(  # noqa: S603 - Debian's own Swift
                [PYTHON, "-W", "ignore", "-c", RUN, str(self.folder), *self.ports],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                env={"PATH": "/usr/bin:/bin"},
            )
        assert self.launcher.stdout is not None
        self.running = [int(pid) for pid in self.launcher.stdout.readline().split()]
        end = time.monotonic() + patience
        while not self._answers():
            assert time.monotonic() < end, f"Swift did not start; see {self.folder}/log"
            time.sleep(0.05)

    def list_also(self, bucket: str, names: list[str]) -> None:
        """Enter names in a bucket's listing the way its object server does, without objects."""
        listing = HTTPConnection("127.0.0.1", self.ports["container"], timeout=30)
        about = {
            "X-Size": "1",
            "X-Content-Type": "a/b",
            "X-Etag": "c4ca4238a0b923820dcc509a6f75849b",
        }
        for name in names:
            at = {"X-Timestamp": f"{time.time():016.5f}"}
            listing.request("PUT", f"/disk/0/AUTH_office/{bucket}/{name}", headers={**about, **at})
            answer = listing.getresponse()
            answer.read()
            assert answer.status == 201, answer.status
        listing.close()

    def kill(self) -> None:
        """Kill every service where it stands, as a power cut would."""
        if self.launcher is None:
            return
        for pid in self.running:
            os.kill(pid, signal.SIGKILL)
        self.running.clear()
        self.launcher.communicate()
        self.launcher = None
        end = time.monotonic() + 10
        while any(_answers(port) for port in self.ports.values()):
            assert time.monotonic() < end, "Swift was killed and still answers"
            time.sleep(0.02)

    def _answers(self) -> bool:
        return all(_answers(port) for port in self.ports.values())


def _proxy() -> str:
    # paste.deploy gives colons in an option's name no quarter, so tempauth takes them as _.
    return PROXY.format(region=REGION, user=ACCOUNT.replace(":", "_"), secret=SECRET)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
