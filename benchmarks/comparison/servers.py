"""How each contender is started. Every function is a context manager that yields a Server that serves."""

import random
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import urlopen

from . import resp
from .processes import Processes

# Below the ports that systems hand out by themselves, and away from those that servers commonly have.
PORTS = range(20_000, 32_000)
SLOTFERRY_READY = r"slotferry ready: resp=127\.0\.0\.1:(\d+) http=http://127\.0\.0\.1:(\d+)"
READY_SECONDS_MAX = 240
EPHEMERAL_SHARD = ("--shards", 1, "--replicas", 0, "--ephemeral")
REDIS_NO_PERSISTENCE = ("--save", "", "--appendonly", "no")
REDIS_EVERYSEC = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec")


@dataclass(frozen=True)
class Server:
    """Processes that answer as one, on a port of Redis' protocol and perhaps one of HTTP."""

    processes: Processes
    port: int
    http_port: int = 0


def free_port():
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


@contextmanager
def slotferry_up(launcher, *options, environment=None):
    """`slotferry up` with these options, on free ports and with its data in the scratch folder."""
    with Processes() as processes:
        log = processes.start(
            launcher, "up", "--port", free_port(), "--http-port", free_port(), "--data", processes.folder / "data",
            *options, environment=environment)
        ready = processes.await_line(log, SLOTFERRY_READY, READY_SECONDS_MAX)
        yield Server(processes, int(ready[1]), int(ready[2]))


@contextmanager
def slotferry_leader_and_replica(launcher):
    """Two processes: the leader of the only shard with gateway and rebalancer, and its replica. Nothing on disk."""
    with Processes() as processes:
        cluster = SlotferryCluster(processes, launcher, shards=1, replicas=1)
        leader = cluster.start("leader", "gateway, shard, rebalancer", shard=1)
        cluster.start("replica", "replica", shard=1)
        cluster.await_ready()
        yield leader


class SlotferryCluster:
    """Nodes of one cluster, a process each, which keep nothing on disk. The first one is who the others ask to join."""

    def __init__(self, processes, launcher, shards, replicas):
        self._processes = processes
        self._launcher = launcher
        self._copies = f"shards: {shards}, replicas: {replicas}"
        self._member = free_port()
        self._started = []

    def start(self, name, roles, shard=None):
        """A node, perhaps not ready yet; `shard` is the one that it is for, None for whichever needs one."""
        port = free_port() if self._started else self._member
        node = Server(self._processes, free_port(), free_port())
        preference = f", shard: {shard}" if shard else ""
        config = self._processes.folder / f"{name}.yaml"
        config.write_text(f"""\
node: {{id: {name}, roles: [{roles}]{preference}}}
data: {{dir: {self._processes.folder / "data"}, ephemeral: true}}
resp: {{port: {node.port}}}
http: {{port: {node.http_port}}}
cluster: {{{self._copies}, port: {port}, eventBusPort: {free_port()}, members: ["127.0.0.1:{self._member}"]}}
""")
        self._processes.start(self._launcher, "node", "--config", config)
        self._started.append(node)
        return node

    def await_ready(self):
        for node in self._started:
            self._processes.await_value(lambda: _is_ok(f"http://127.0.0.1:{node.http_port}/health/ready"))


def _is_ok(url):
    try:
        with urlopen(url, timeout=1) as response:
            return response.status == 200
    except (URLError, OSError):
        return False


@contextmanager
def redis(*options):
    with Processes() as processes:
        yield Server(processes, _start_redis(processes, *options))


@contextmanager
def redis_with_replica():
    with Processes() as processes:
        leader = _start_redis(processes, *REDIS_NO_PERSISTENCE)
        replica = _start_redis(processes, *REDIS_NO_PERSISTENCE, "--replicaof", "127.0.0.1", leader)
        with resp.Client(replica) as client:
            processes.await_value(lambda: b"master_link_status:up" in client.call("INFO", "replication"))
        yield Server(processes, leader)


@contextmanager
def twemproxy(shards):
    """nutcracker with its own settings in front of this many servers without persistence."""
    with Processes() as processes:
        ports = [_start_redis(processes, *REDIS_NO_PERSISTENCE) for _ in range(shards)]
        port = free_port()
        config = processes.folder / "nutcracker.yml"
        # Its parser knows YAML's block style only.
        config.write_text(
            f"pool:\n  listen: 127.0.0.1:{port}\n  redis: true\n  hash: fnv1a_64\n  distribution: ketama\n"
            "  preconnect: true\n  auto_eject_hosts: false\n  servers:\n"
            + "".join(f"    - 127.0.0.1:{each}:1\n" for each in ports))
        processes.start(
            "nutcracker", "-c", config, "-a", "127.0.0.1", "-s", free_port(), "-p", processes.folder / "nutcracker.pid",
            "-o", processes.folder / "nutcracker.log")
        processes.await_value(lambda: resp.answers(port, "GET", "ready"))
        yield Server(processes, port)


def _start_redis(processes, *options):
    port = free_port()
    folder = processes.folder / f"redis-{port}"
    folder.mkdir()
    processes.start("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", folder, *options)
    processes.await_value(lambda: resp.answers(port, "PING"))
    return port
