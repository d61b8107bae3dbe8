"""How long a start takes: from the command to the ready line."""

import sys
import time
from contextlib import ExitStack
from statistics import median

from . import report, results, servers

PART = "start"
TITLE = "Start"
RUNS = 10
RUNS_QUICK = 3
SECONDS_GOAL = 2.0
COMMANDS = {
    "up": ("slotferry up", (), SECONDS_GOAL),
    "up-ephemeral": ("slotferry up --ephemeral", ("--ephemeral",), SECONDS_GOAL),
    "up-shard": ("slotferry up --shards 1 --replicas 0 --ephemeral", servers.EPHEMERAL_SHARD, SECONDS_GOAL),
    "up-processes": ("slotferry up --processes", ("--processes",), None),
}


def measure(options):
    for name, (_, arguments, _) in COMMANDS.items():
        runs = RUNS_QUICK if options.quick else RUNS
        seconds = [_seconds(options.slotferry, arguments) for _ in range(runs)]
        print(f"start {name}: {median(seconds):.2f} s", file=sys.stderr, flush=True)
        yield name, [round(each, 3) for each in seconds]


def _seconds(launcher, arguments):
    with ExitStack() as stack:
        started = time.monotonic()
        stack.enter_context(servers.slotferry_up(launcher, *arguments))
        return time.monotonic() - started


def section(folder):
    cells = results.load(PART, folder)
    if not cells:
        return None
    rows = []
    for name, (command, _, goal) in COMMANDS.items():
        if name in cells:
            runs = cells[name]["measured"]
            rows.append([
                f"`{command}`", len(runs), f"**{median(runs):.2f}**", f"≤ {goal:.1f}" if goal else "–",
                f"{min(runs):.2f}", f"{max(runs):.2f}"])
    titles = ["command", "runs", "median s", "goal", "least s", "most s"]
    return (
        f"## {TITLE}\nFrom the command to the ready line, of a distribution that is built. The class archive has the code of moves since, for 4 % more processor\n"
        "time: in an hour in which the machine was slower, eight starts took 2.28 s, and in turn with them eight without 2.31.\n"
        f"{report.provenance(cells)}\n{report.table(titles, rows)}")
