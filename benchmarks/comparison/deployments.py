"""Clusters of several processes, whose nodes a benchmark ends, stops and starts again.

Each is a context manager that yields a deployment with these members:
  name
  tag(shard)        a hash tag whose keys the shard has
  leader(shard)     pid of the shard's leader
  restart(victim)   starts a node again, of which `victim` was kept
  settled()         whether every shard has a leader, and a replica that is in sync
  client()          as an application has one; it raises Refused or Unknown
  prober(shard)     a client that asks where the shard's next leader will be
  switch(shard)     has the shard's replica take over, as planned
"""

import binascii
import itertools
import json
import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

from . import resp, servers
from .loads import LoadFailed
from .processes import Processes

SHARDS = 3
NODE_TIMEOUT_MILLIS = 1500
# A paused node answers nothing, and its client would wait for as long: as the client libraries do, it gives up.
REDIS_CLIENT_SECONDS = 1.0
REDIRECTIONS_MAX = 5
GATEWAY_CLIENT_SECONDS = 20.0
SLOTS = 16384
# Of a load that is spread over gateways, what goes to one before the next has its turn.
LOAD_COMMANDS = 10_000
# Each look is a request to the cluster that is being measured.
GROW_POLL_SECONDS = 0.05
# What can be done with a cluster that grows.
ADD, REMOVE, ADD_AGAIN = "add", "remove", "add again"


@dataclass(frozen=True)
class Victim:
    """All that it takes to start a process again."""

    pid: int
    command: list
    environment: dict
    folder: str

    @classmethod
    def of(cls, pid):
        process = Path(f"/proc/{pid}")
        pairs = (pair.partition("=") for pair in _strings(process / "environ"))
        return cls(
            pid, _strings(process / "cmdline"), {name: value for name, _, value in pairs}, os.readlink(process / "cwd"))


def _strings(file):
    return file.read_bytes().decode().rstrip("\0").split("\0")


def _slot(key):
    """CRC16 (XMODEM) of the key, of which no part is a tag."""
    return binascii.crc_hqx(key.encode(), 0) % SLOTS


def _tag_in(first, last):
    return next(name for name in map("t{}".format, range(SLOTS * 10)) if first <= _slot(name) <= last)


class Refused(Exception):
    """The command was certainly not executed; the text says why."""


class Unknown(Exception):
    """The command was sent, and whether it was executed is not known."""


# ---- Slotferry


@contextmanager
def slotferry(launcher):
    with servers.slotferry_up(launcher, "--processes", "--shards", SHARDS, "--replicas", 1) as server:
        deployment = _Slotferry(server)
        server.processes.await_value(deployment.settled)
        yield deployment


class _Slotferry:
    name = "slotferry"

    def __init__(self, server):
        self._server = server
        self._run = server.processes.folder / "data/run"

    def _shards(self):
        with urlopen(f"http://127.0.0.1:{self._server.http_port}/v1/cluster", timeout=10) as response:
            return {shard["id"] - 1: shard for shard in json.load(response)["shards"]}

    def tag(self, shard):
        first, _, last = str(self._shards()[shard]["slotRanges"][0]).partition("-")
        return _tag_in(int(first), int(last or first))

    def leader(self, shard):
        return int((self._run / f"{self._shards()[shard]['leader']}.pid").read_text())

    def restart(self, victim):
        name = next(file for file in self._run.glob("*.pid") if int(file.read_text()) == victim.pid)
        processes = self._server.processes
        processes.start(*victim.command, environment=victim.environment, folder=victim.folder)
        name.write_text(f"{processes.newest_pid()}\n")

    def switch(self, shard):
        url = f"http://127.0.0.1:{self._server.http_port}/v1/cluster/shards/{shard + 1}/failover"
        urlopen(Request(url, method="POST"), timeout=10).close()

    def settled(self):
        try:
            shards = self._shards().values()
        except OSError:
            return False
        return len(shards) == SHARDS and all(len(shard["inSync"]) == 2 for shard in shards)

    def client(self):
        return GatewayClient(self._server.port)

    def prober(self, _):
        return self.client()


class GatewayClient:
    """Any client of one Redis: it knows one address."""

    redirections = 0

    def __init__(self, port):
        self._port = port
        self._connection = None

    def call(self, *command):
        try:
            if self._connection is None:
                self._connection = resp.Client(self._port, GATEWAY_CLIENT_SECONDS)
        except OSError as e:
            raise Refused(f"connect: {e}") from e
        try:
            return self._connection.call(*command)
        except resp.ErrorReply as e:
            raise (Unknown if str(e).startswith("UNCERTAIN") else Refused)(str(e)) from e
        except OSError as e:
            self._connection = None
            raise Unknown(f"connection: {e}") from e


# ---- Redis Cluster


@contextmanager
def redis_cluster():
    with Processes() as processes:
        ports = [_start_redis_node(processes, servers.REDIS_EVERYSEC) for _ in range(2 * SHARDS)]
        _create(ports, replicas=1)
        deployment = _RedisCluster(processes, ports)
        processes.await_value(deployment.settled)
        yield deployment


def _create(ports, replicas):
    _redis_cli_cluster("create", *(f"127.0.0.1:{port}" for port in ports), "--cluster-replicas", replicas, "--cluster-yes")


def _redis_cli_cluster(*arguments):
    command = ["redis-cli", "--cluster", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise LoadFailed(f"{' '.join(command[:3])}: {done.stdout[-1000:]}")


def _start_redis_node(processes, persistence):
    port = servers.free_port()
    folder = processes.folder / f"redis-{port}"
    folder.mkdir()
    processes.start(
        "redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", folder, *persistence,
        "--cluster-enabled", "yes", "--cluster-node-timeout", NODE_TIMEOUT_MILLIS, "--set-proc-title", "no",
        "--cluster-port", servers.free_port())
    processes.await_value(lambda: resp.answers(port, "PING"))
    return port


class _RedisCluster:
    name = "redis cluster"

    def __init__(self, processes, ports):
        self._processes = processes
        self._ports = ports
        self._firsts = [SLOTS * shard // SHARDS + 10 for shard in range(SHARDS)]

    def _owners(self, shard):
        """Ports of the shard's nodes, its leader's first."""
        for port in self._ports:
            owners = _owners_of(port, self._firsts[shard])
            if owners:
                return owners
        raise ConnectionError("no node answers")

    def tag(self, shard):
        return _tag_in(self._firsts[shard], self._firsts[shard] + 1000)

    def leader(self, shard):
        with resp.Client(self._owners(shard)[0]) as client:
            return int(dict(
                line.split(":", 1) for line in client.call("INFO", "server").decode().splitlines() if ":" in line)
                ["process_id"])

    def restart(self, victim):
        self._processes.start(*victim.command, environment=victim.environment, folder=victim.folder)

    def switch(self, shard):
        with resp.Client(self._owners(shard)[1]) as client:
            client.call("CLUSTER", "FAILOVER")

    def settled(self):
        try:
            for shard in range(SHARDS):
                with resp.Client(self._owners(shard)[0], REDIS_CLIENT_SECONDS) as client:
                    state = client.call("CLUSTER", "INFO") + client.call("INFO", "replication")
                if b"cluster_state:ok" not in state or b"state=online" not in state:
                    return False
            return True
        except (OSError, resp.ErrorReply):
            return False

    def client(self):
        return ClusterClient(self._ports)

    def prober(self, shard):
        return ClusterClient(self._owners(shard)[1:], REDIS_CLIENT_SECONDS, follows=False)


# ---- clusters that grow


@contextmanager
def growing_embedded_slotferry(launcher):
    with servers.slotferry_up(launcher, "--shards", SHARDS, "--replicas", 0, "--ephemeral") as server:
        yield _GrowingSlotferry([server])


@contextmanager
def growing_slotferry(launcher):
    with Processes() as processes:
        cluster = servers.SlotferryCluster(processes, launcher, SHARDS, replicas=0)
        nodes = [
            cluster.start(f"node-{shard}", "gateway, shard, rebalancer" if shard == 1 else "gateway, shard", shard)
            for shard in range(1, SHARDS + 1)]
        cluster.await_ready()
        deployment = _GrowingSlotferry(nodes)
        processes.await_value(lambda: deployment.leaders() == SHARDS)
        cluster.start("spare", "shard")
        processes.await_value(lambda: deployment.has_node("spare"))
        yield deployment


class _GrowingSlotferry:
    """Three shards, which get a fourth; clients and load are spread over these gateways."""

    def __init__(self, nodes):
        self._nodes = nodes
        self._clients = 0

    def leaders(self):
        return sum(bool(shard["leader"]) for shard in self._http("GET", "/v1/cluster")["shards"])

    def has_node(self, name):
        return any(node["id"] == name for node in self._http("GET", "/v1/cluster")["nodes"])

    def client(self):
        self._clients += 1
        return GatewayClient(self._nodes[self._clients % len(self._nodes)].port)

    def load(self, commands):
        """Has all commands executed, each of which names its key."""
        commands = iter(commands)
        nodes = itertools.cycle(self._nodes)
        while batch := list(itertools.islice(commands, LOAD_COMMANDS)):
            with resp.Client(next(nodes).port) as client:
                client.send_all(batch)

    @property
    def changes(self):
        """Names, and functions that return the seconds from the request to the end of the last move."""
        return (ADD, self._add), (REMOVE, self._remove), (ADD_AGAIN, self._add)

    def _add(self):
        return self._operate("POST", "/v1/cluster/shards")

    def _remove(self):
        newest = max(shard["id"] for shard in self._http("GET", "/v1/cluster")["shards"])
        return self._operate("DELETE", f"/v1/cluster/shards/{newest}")

    def _operate(self, method, path):
        began = time.monotonic()
        operation = self._http(method, path)["operation"]
        while True:
            state = self._http("GET", f"/v1/cluster/operations/{operation}")
            if state["state"] == "DONE":
                return time.monotonic() - began
            if state["state"] not in ("WAITING_FOR_NODE", "RUNNING"):
                raise LoadFailed(f"{method} {path} ended {state}")
            time.sleep(GROW_POLL_SECONDS)

    def _http(self, method, path):
        url = f"http://127.0.0.1:{self._nodes[0].http_port}{path}"
        with urlopen(Request(url, method=method), timeout=60) as response:
            return json.load(response)


@contextmanager
def growing_redis_cluster():
    with Processes() as processes:
        ports = [_start_redis_node(processes, servers.REDIS_NO_PERSISTENCE) for _ in range(SHARDS + 1)]
        first, last = f"127.0.0.1:{ports[0]}", f"127.0.0.1:{ports[-1]}"
        _create(ports[:-1], replicas=0)
        _redis_cli_cluster("add-node", last, first)
        processes.await_value(lambda: all(_knows_all(port) for port in ports))
        yield _GrowingRedisCluster(ports)


def _knows_all(port):
    with resp.Client(port) as client:
        info = client.call("CLUSTER", "INFO")
    return b"cluster_state:ok" in info and b"cluster_known_nodes:%d" % (SHARDS + 1) in info


class _GrowingRedisCluster:
    def __init__(self, ports):
        self._ports = ports

    def client(self):
        return ClusterClient(self._ports, GATEWAY_CLIENT_SECONDS)

    def load(self, commands):
        with resp.Client(self._ports[0]) as client:
            owners = [(first, last, node[1]) for first, last, node, *_ in client.call("CLUSTER", "SLOTS")]
        batches = {port: [] for _, _, port in owners}
        for command in commands:
            slot = _slot(_tag_of(command[1]))
            batches[next(port for first, last, port in owners if first <= slot <= last)].append(command)
        for port, batch in batches.items():
            with resp.Client(port) as client:
                client.send_all(batch)

    @property
    def changes(self):
        return ((ADD, self._add),)

    def _add(self):
        with resp.Client(self._ports[-1]) as client:
            empty = client.call("CLUSTER", "MYID").decode()
        began = time.monotonic()
        _redis_cli_cluster(
            "reshard", f"127.0.0.1:{self._ports[0]}", "--cluster-from", "all", "--cluster-to", empty, "--cluster-slots",
            SLOTS // (SHARDS + 1), "--cluster-yes")
        return time.monotonic() - began


# ---- clients of Redis Cluster


def _tag_of(key):
    return key[key.index("{") + 1:key.index("}")]


def _owners_of(port, slot):
    try:
        with resp.Client(port, REDIS_CLIENT_SECONDS) as client:
            for first, last, *nodes in client.call("CLUSTER", "SLOTS"):
                if first <= slot <= last:
                    return [node[1] for node in nodes]
    except (OSError, resp.ErrorReply):
        pass
    return None


class ClusterClient:
    """A client that knows where slots are, goes where it is sent, and asks again after an error."""

    def __init__(self, ports, seconds=REDIS_CLIENT_SECONDS, follows=True):
        self._ports = list(ports)
        self._seconds = seconds
        self._follows = follows
        self.redirections = 0
        self._connections = {}
        self._port_of_slot = {}

    def call(self, *command):
        slot = _slot(_tag_of(str(command[1])))
        port = self._port_of_slot.get(slot) or self._look_up(slot)
        asks = False
        for _ in range(REDIRECTIONS_MAX if self._follows else 1):
            try:
                return self._call(port, command, asks)
            except resp.ErrorReply as e:
                if not (self._follows and str(e).startswith(("MOVED ", "ASK "))):
                    raise Refused(str(e)) from e
                self.redirections += 1
                asks = str(e).startswith("ASK ")
                port = int(str(e).rpartition(":")[2])
                if not asks:
                    self._port_of_slot[slot] = port
            except (Refused, Unknown):
                self._port_of_slot.pop(slot, None)
                raise
        raise Refused("sent on too often")

    def _look_up(self, slot):
        if not self._follows:
            return self._ports[0]
        for port in self._ports:
            owners = _owners_of(port, slot)
            if owners:
                self._port_of_slot[slot] = owners[0]
                # Who answers is asked first the next time.
                self._ports.remove(port)
                self._ports.insert(0, port)
                return owners[0]
        raise Refused("no node answers")

    def _call(self, port, command, asks):
        try:
            connection = self._connections.get(port) or resp.Client(port, self._seconds)
        except OSError as e:
            raise Refused(f"connect: {e}") from e
        self._connections[port] = connection
        try:
            if asks:
                connection.call("ASKING")
            return connection.call(*command)
        except OSError as e:
            del self._connections[port]
            raise Unknown(f"connection: {e}") from e
