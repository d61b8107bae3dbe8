"""A fourth shard gets its share of three others' data under load, beside `redis-cli --cluster reshard`."""

import random
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from . import deployments, paced, report, results

PART = "reshard"
TITLE = "A shard more"
CONTENDERS = {
    "slotferry": deployments.growing_slotferry,
    "embedded": deployments.growing_embedded_slotferry,
    "redis": lambda _: deployments.growing_redis_cluster(),
}

CLIENTS = 8
# Of each client, one command under way at a time: 400 commands a second, half of them writes.
PACE_SECONDS = 0.02
BEFORE_SECONDS = 5.0
# So many reads go before that: a cluster that gets a shard more is not one that was started just now.
WARM_UP_COMMANDS = 1_000_000
FASTER_GOAL = 10
PAUSE_MILLIS_GOAL = 50


@dataclass(frozen=True)
class Data:
    """So many strings; a command is about one of them."""

    name: str
    title: str
    keys: int
    keys_quick: int
    value_bytes: int

    def count(self, quick):
        return self.keys_quick if quick else self.keys

    def key(self, number):
        return f"{{key:{number:012d}}}"


DATA = (
    Data("small", "strings of 16 bytes", 4_000_000, 100_000, 16),
    Data("large", "strings of 16 KiB", 131_072, 4_096, 16 << 10),
)


@dataclass
class Seen:
    """What the clients have seen: latencies in seconds, before and while data moves."""

    before: list = field(default_factory=list)
    during: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    moving: bool = False


def measure(options):
    for data in DATA:
        measured = {}
        for name in CONTENDERS:
            with CONTENDERS[name](options.slotferry) as deployment:
                measured[name] = _run(deployment, data, data.count(options.quick))
            paced.note(f"reshard {data.name} {name}: {measured[name]}")
        yield data.name, measured


def _run(deployment, data, keys):
    value = "x" * data.value_bytes
    deployment.load(("SET", data.key(number), value) for number in range(keys))
    deployment.load(_warm_up(data, keys))
    with _load(deployment, data, keys, value) as (seen, clients):
        time.sleep(BEFORE_SECONDS)
        seen.moving = True
        seconds = deployment.grow()
    return {
        "keys": keys, "valueBytes": data.value_bytes, "seconds": round(seconds, 3),
        "commands": len(seen.during), "redirections": sum(client.redirections for client in clients),
        "errors": len(seen.errors), "errorKinds": sorted(set(seen.errors))[:5],
        "p99MillisBefore": _p99_millis(seen.before), "p99MillisDuring": _p99_millis(seen.during),
        "slowestMillis": round(max(seen.during, default=0) * 1000, 1)}


def _warm_up(data, keys):
    chance = random.Random(0)
    for number in range(WARM_UP_COMMANDS):
        key = data.key(chance.randrange(keys))
        yield ("GET", key) if number % 2 else ("STRLEN", key)


def _p99_millis(seconds):
    return round(sorted(seconds)[int(len(seconds) * 0.99)] * 1000, 2) if seconds else 0.0


@contextmanager
def _load(deployment, data, keys, value):
    seen = Seen()
    ending = threading.Event()
    clients = [deployment.client() for _ in range(CLIENTS)]
    threads = [
        threading.Thread(target=_client, args=(client, data, keys, value, random.Random(number), seen, ending))
        for number, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    try:
        yield seen, clients
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def _client(client, data, keys, value, chance, seen, ending):
    while not ending.wait(PACE_SECONDS):
        key = data.key(chance.randrange(keys))
        moving = seen.moving
        began = time.monotonic()
        try:
            client.call(*(("SET", key, value) if chance.randrange(2) else ("GET", key)))
        except (deployments.Refused, deployments.Unknown) as e:
            seen.errors.append(str(e)[:40])
            continue
        (seen.during if moving else seen.before).append(time.monotonic() - began)


# ---- report


def section(folder):
    cells = results.load(PART, folder)
    if not cells:
        return None
    titles = [
        "data", "cluster", "seconds", "keys/s", "MB/s", "redirections", "errors", "p99 ms before", "p99 ms during", "slowest ms"]
    rows = []
    for data in DATA:
        if data.name in cells:
            measured = cells[data.name]["measured"]
            rows += [_row(data, name, run) for name, run in measured.items()]
            faster = " and ".join(
                f"{measured['redis']['seconds'] / run['seconds']:.1f}" for name, run in measured.items() if name != "redis")
            rows.append([f"**{faster} times as fast**", *[""] * (len(titles) - 1)])
    return (
        f"## {TITLE}\n{report.provenance(cells)}\n"
        "Without replicas and with nothing on disk, warm. *slotferry*: three nodes with a shard each, which serve clients; a fourth one, which has joined, gets a quarter\n"
        "of the slots. *embedded*: `slotferry up --shards 3`, which gets a fourth shard. Both by `POST /v1/cluster/shards`; Redis Cluster by `redis-cli --cluster reshard`\n"
        f"with its own settings. Meanwhile {CLIENTS} clients read and write, each every {PACE_SECONDS * 1000:.0f} ms; those of Redis Cluster know the slots and follow redirections.\n"
        "There is eight times as much of the small data, and four times of the large, as in earlier records (1.6 and 4.3 s, Redis 8.6 and 7.4): what a process does for the first time\n"
        "takes it a second or two on this machine, whatever there is to move. In other runs Redis took 7.4 to 13.5 s for 8,192 of the large strings, which is 10 to 18 MB/s.\n"
        "A record of the day before had 2.69 and 8.62 s, embedded 1.71 and 5.86, and p99 during 80, 53, 37 and 34 ms. The same commit as then, in the hour of this one and in turn with it,\n"
        "took 2.65 to 3.68 s for the small strings, with a p99 of 103 to 144 ms and a slowest command of 200 to 228 (three runs); the newer one 2.95 and 3.10 s, 141 and 150, 199 and 227.\n"
        "What is done for the first time is most of it: when the shard has left and comes again, that p99 is a third to two thirds of the first. And twice a second a thread of\n"
        "this machine's kernel (kdamond) takes one of the two processors for 20 to 45 ms, which also Redis' clients see with the large strings.\n"
        f"Goal: {FASTER_GOAL} times as fast, no errors, no command slower than {PAUSE_MILLIS_GOAL} ms.\n\n{report.table(titles, rows)}")


def _row(data, name, run):
    moved = run["keys"] / (deployments.SHARDS + 1)
    return [
        data.title, name, f"{run['seconds']:.2f}", f"{moved / run['seconds']:.0f}",
        f"{moved * run['valueBytes'] / run['seconds'] / 1e6:.0f}", run["redirections"], run["errors"],
        run["p99MillisBefore"], run["p99MillisDuring"], run["slowestMillis"]]
