"""How much resident memory a key takes: the growth of the server by loading keys, with the flags it ships with."""

import sys
from dataclasses import dataclass
from statistics import median

from . import datasets, report, results, servers

PART = "memory"
TITLE = "Memory"
KEYS = 1_000_000
KEYS_QUICK = 200_000
ROUNDS = 3
CONTENDERS = {
    "slotferry": lambda launcher: servers.slotferry_up(launcher, *servers.EPHEMERAL_SHARD),
    "redis": lambda _: servers.redis(*servers.REDIS_NO_PERSISTENCE),
}


@dataclass(frozen=True)
class Goal:
    """A data set by its maker, and the bytes a key of it may take."""

    make: object
    bytes_a_key: int


GOALS = (Goal(datasets.strings, 100), Goal(datasets.hashes, 202))


def measure(options):
    """Yields the data sets' names, and of each contender the runs."""
    for goal in GOALS:
        data = goal.make(KEYS_QUICK if options.quick else KEYS)
        runs = {name: [] for name in CONTENDERS}
        for _ in range(1 if options.quick else ROUNDS):
            for name, start in CONTENDERS.items():
                with start(options.slotferry) as server:
                    runs[name].append(_run(server, data))
                print(f"memory {data.name} {name}: {_bytes_a_key(runs[name]):.0f} B/key", file=sys.stderr, flush=True)
        yield data.name, runs


def _run(server, data):
    server.processes.await_quiet()
    before = server.processes.resident_bytes()
    data.insert(server)
    server.processes.await_quiet()
    return {"keys": data.keys, "beforeBytes": before, "afterBytes": server.processes.resident_bytes()}


def _bytes_a_key(runs):
    return median((run["afterBytes"] - run["beforeBytes"]) / run["keys"] for run in runs)


def section(folder):
    cells = results.load(PART, folder)
    if not cells:
        return None
    rows = []
    for goal in GOALS:
        data = goal.make(KEYS)
        if data.name in cells:
            rows.append(_row(data.title, goal.bytes_a_key, cells[data.name]["measured"]))
    titles = ["keys", "number", "slotferry B/key", "goal", "redis B/key", "slotferry MB in all", "redis MB in all"]
    return (
        f"## {TITLE}\nGrowth of resident memory by loading the keys into a fresh server without persistence, per key; "
        "all flags are those that are shipped.\n"
        "Hashes took 145 until the heap had more room, which halves the processor time of a cluster that takes in large values (docs/adr/0009); probably what tables leave behind when they grow stays for longer as garbage.\n"
        "Up to 8 bytes of each key are the next slab, and up to 16 where keys come fast: they are made before they are needed, so that no command waits for them (docs/adr/0010). Strings took 75 before there were two.\n"
        f"{report.provenance(cells)}\n{report.table(titles, rows)}")


def _row(title, goal, contenders):
    ours, theirs = contenders["slotferry"], contenders["redis"]
    return [
        title, f"{ours[0]['keys']:,}", f"**{_bytes_a_key(ours):.0f}**", f"≤ {goal}", f"{_bytes_a_key(theirs):.0f}",
        *(f"{median(run['afterBytes'] for run in runs) / 1e6:.0f}" for runs in (ours, theirs))]
