"""What clients that ask for much cost: memory, and the latency of another client's GETs meanwhile."""

import itertools
import random
import resource
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Callable

from . import loads, paced, report, resp, results
from .memory import CONTENDERS

PART = "bounds"
TITLE = "Bounds"
MEGABYTE = 1 << 20
GET_RATE = 2_000
GET_CONNECTIONS = 4
P99_MILLIS_GOAL = 5
FILES_WANTED = 25_000
SECONDS, SECONDS_QUICK = 8, 4
HUGE_BYTES = 512 * MEGABYTE
UNREAD_VALUE_BYTES = 100_000
UNREAD_COMMANDS = 10_000
PIPELINE_COMMANDS = 1_000_000
READ_BYTES = 1 << 20
# Beyond the 10,000 of a scenario, and within what systems commonly let a process open.
CLIENTS_MAX = 12_000


@dataclass(frozen=True)
class Scenario:
    """What `run(server, seconds, clients)` does is measured, which returns how often; `clients` are connected, and closed after it."""

    name: str
    title: str
    run: Callable
    megabytes_goal: int
    clients: int = 0
    prepare: Callable = lambda server: None


def _unread_data(server):
    with resp.Client(server.port) as client:
        client.call("SET", "unread", "x" * UNREAD_VALUE_BYTES)


def _unread(server, seconds, _):
    """Sends what it can until the server takes no more, then waits; reads nothing."""
    commands = resp.encode(("GET", "unread")) * UNREAD_COMMANDS
    with _connected(server) as client:
        client.settimeout(seconds)
        deadline = time.monotonic() + seconds
        try:
            client.sendall(commands)
        except TimeoutError:
            pass
        time.sleep(max(0.0, deadline - time.monotonic()))


def _wait(_, seconds, __):
    time.sleep(seconds)


def _opening(count):
    def run(server, _, clients):
        _open(server, count, clients)

    return run


def _open(server, count, clients):
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", server.port))
        clients.append(client)
        client.sendall(resp.encode(("PING",)))
        client.recv(64)


def _closing(_, seconds, clients):
    _close(clients)
    time.sleep(seconds)


def _close(clients):
    for client in clients:
        client.close()
    clients.clear()


def _huge_set(server, *_):
    block = random.randbytes(READ_BYTES)
    with _connected(server) as client:
        client.sendall(b"*3\r\n$3\r\nSET\r\n$4\r\nhuge\r\n$%d\r\n" % HUGE_BYTES)
        for _ in range(HUGE_BYTES // READ_BYTES):
            client.sendall(block)
        client.sendall(b"\r\n")
        _receive(client, len(b"+OK\r\n"))


def _huge_get(server, *_):
    with _connected(server) as client:
        client.sendall(resp.encode(("GET", "huge")))
        _receive(client, len(b"$%d\r\n" % HUGE_BYTES) + HUGE_BYTES + 2)


def _again(once):
    """A stop of the machine is much of what is over in less than a second."""
    def run(server, seconds, clients):
        deadline = time.monotonic() + seconds
        for times in itertools.count(1):
            once(server, seconds, clients)
            if time.monotonic() >= deadline:
                return times

    return run


def _set_once(server):
    _huge_set(server)


def _pipeline(server, *_):
    """Sends all commands as fast as it can, while another thread reads the replies."""
    command = b"".join(
        resp.encode(("SET", f"key:{number:012d}", "x" * loads.VALUE_BYTES)) for number in range(1_000))
    with _connected(server) as client:
        reader = threading.Thread(target=_receive, args=(client, PIPELINE_COMMANDS * len(b"+OK\r\n")))
        reader.start()
        for _ in range(PIPELINE_COMMANDS // 1_000):
            client.sendall(command)
        reader.join()


@contextmanager
def _clients(server, count):
    clients = []
    try:
        _open(server, count, clients)
        yield clients
    finally:
        _close(clients)


@contextmanager
def _connected(server):
    with socket.create_connection(("127.0.0.1", server.port), resp.TIMEOUT_SECONDS) as client:
        yield client


def _receive(client, count):
    buffer = bytearray(READ_BYTES)
    while count > 0:
        received = client.recv_into(buffer, min(count, READ_BYTES))
        if received == 0:
            raise ConnectionError("the server closed the connection")
        count -= received


SCENARIOS = (
    Scenario("nothing", "nothing else", _wait, 16),
    Scenario(
        "unread", f"a client sends {UNREAD_COMMANDS:,} GETs of {UNREAD_VALUE_BYTES // 1000} kB and reads nothing",
        _unread, 32, prepare=_unread_data),
    Scenario("idle-1000", "1,000 idle connections", _wait, 32, clients=1_000),
    Scenario("idle-10000", "10,000 idle connections", _wait, 200, clients=10_000),
    Scenario("open-10000", "10,000 connections are opened, as fast as a client can", _opening(10_000), 200),
    Scenario("close-10000", "10,000 connections are closed, as fast as a client can", _closing, 200, clients=10_000),
    Scenario("huge-set", "a client sets a value of 512 MB", _huge_set, 2 * 512),
    Scenario("huge-get", "a client reads a value of 512 MB, again and again", _again(_huge_get), 512, prepare=_set_once),
    Scenario("pipeline", "a client sends a pipeline of 1 M SETs, again and again", _again(_pipeline), 128),
)


def measure(options):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit, FILES_WANTED), limit))
    chosen = [scenario for scenario in SCENARIOS if any(fnmatchcase(scenario.name, each) for each in options.scenarios)]
    with ExitStack() as stack:
        running = {name: stack.enter_context(start(options.slotferry)) for name, start in CONTENDERS.items()}
        java = running["slotferry"].processes.executable()
        for server in running.values():
            _warm_up(server)
        for scenario in chosen:
            runs = {}
            for name, server in running.items():
                runs[name] = run = _measure(scenario, server, java, options.quick)
                paced.note(f"bounds {scenario.name} {name}: {run['bytes'] / MEGABYTE:.0f} MB, {run['gets']}")
            yield scenario.name, runs


def _warm_up(server):
    with resp.Client(server.port) as client:
        client.call("CONFIG", "SET", "maxclients", CLIENTS_MAX)
    load = next(load for load in loads.STRINGS if load.name == "get-16-p1")
    load.prepare(server, 0)
    load.run(server, loads.OPERATIONS[1])


def _measure(scenario, server, java, quick):
    scenario.prepare(server)
    server.processes.await_quiet()
    before = server.processes.resident_bytes()
    with (
        _clients(server, scenario.clients) as clients,
        paced.Load(java, server.port, GET_RATE, "get", loads.KEYSPACE, GET_CONNECTIONS, "nap") as gets,
    ):
        server.processes.forget_peak()
        gets.begin()
        started = time.monotonic()
        times = scenario.run(server, SECONDS_QUICK if quick else SECONDS, clients) or 1
        took = (time.monotonic() - started) / times
        result = gets.end()
    return {
        "bytes": server.processes.peak_resident_bytes() - before, "beforeBytes": before, "seconds": round(took, 2),
        "gets": result}


def section(folder):
    cells = results.load(PART, folder)
    if not cells:
        return None
    rows = []
    for scenario in SCENARIOS:
        if scenario.name in cells:
            rows.append(_row(scenario, cells[scenario.name]["measured"]))
    titles = [
        "meanwhile", "memory MB", "goal", "redis", "p99 ms", "goal", "redis", "longest ms", "redis", "seconds", "redis"]
    return (
        f"## {TITLE}\nMemory is the most that became resident beyond what was before; the latencies are those of another "
        f"client's GETs, {GET_RATE:,} a second, without coordinated omission. One server for all, so that memory that was "
        "taken once is used again.\n"
        "Without the queues of Vert.x, which nothing went through, a connection takes 2.3 KB instead of 7.5; 10,000 of them took 70 MB before. While they are opened, collections\n"
        "copy what they consist of, 7 to 14 ms each. To close all of them keeps either server busy for a tenth of a second, two thirds of it in the kernel.\n"
        "A value of 512 MB is read into an array that grew by doubling before (1,427 MB); what is left are 128 MB of smaller ones, 512, and room of the heap. The p99 beside it is one or two stops of\n"
        "50 to 65 ms: the heap grows by as much at once, and the loop waits for its turn to get memory. The system gives no more than 418 MB/s of memory that was not used before here.\n"
        f"{report.provenance(cells)}\n{report.table(titles, rows)}")


def _row(scenario, contenders):
    ours, theirs = contenders["slotferry"], contenders["redis"]

    def milliseconds(run, key):
        return f"{run['gets'][key] / 1e3:.1f}"

    return [
        scenario.title, f"**{ours['bytes'] / MEGABYTE:.0f}**", f"≤ {scenario.megabytes_goal}",
        f"{theirs['bytes'] / MEGABYTE:.0f}", f"**{milliseconds(ours, 'p99')}**", f"≤ {P99_MILLIS_GOAL}",
        milliseconds(theirs, "p99"), milliseconds(ours, "max"), milliseconds(theirs, "max"), f"{ours['seconds']:.1f}",
        f"{theirs['seconds']:.1f}"]
