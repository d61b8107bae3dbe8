"""Latencies beside Redis at half of the throughput that both reach, and the stops of the JVM with much data."""

import os
import re
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from . import datasets, loads, paced, report, results, servers
from .memory import CONTENDERS

PART = "latency"
TITLE = "Latency"
BESIDE_REDIS = "half-load"
P99_RATIO_GOAL = 1.5
PAUSE_MILLIS_GOAL = 5.0
MODES = ("get", "mixed")
SECONDS, SECONDS_QUICK = 10, 4
ROUNDS, ROUNDS_QUICK = 3, 1
MAXIMUM_OPERATIONS = 250_000

DATA_BYTES, DATA_BYTES_QUICK = 2_000_000_000, 500_000_000
PAUSES_RATE = 10_000
# The first collections copy what loading has left behind.
PAUSES_WARM_UP_SECONDS, PAUSES_WARM_UP_SECONDS_QUICK = 30, 4
PAUSES_SECONDS, PAUSES_SECONDS_QUICK = 60, 8
# Of the commands that an even load sends, so many may wait for the rest of a longer stop, and p99.9 is free of them.
PAUSES_PER_MILLE_GOAL = 1.0
# What stands in jvm.options in place of the shipped collector.
COLLECTORS = {
    "shipped": None,
    "g1": "-XX:+UseG1GC",
    "parallel": "-XX:+UseParallelGC",
    "serial": "-XX:+UseSerialGC",
    "zgc": "-XX:+UseZGC",
    "shenandoah": "-XX:+UseShenandoahGC\n-XX:ShenandoahGCMode=generational",
}
COLLECTOR_FLAG = re.compile(r"^-XX:\+Use\w+GC$", re.MULTILINE)
STOP = re.compile(r'Safepoint "(\w+)".* Total: +(\d+) ns')


def measure(options):
    if not options.collectors:
        yield BESIDE_REDIS, _beside_redis(options)
    for name in options.collectors or ["shipped"]:
        yield f"pauses-{name}", _pauses(options, name)


# ---- beside Redis


def _beside_redis(options):
    with ExitStack() as stack:
        running = {name: stack.enter_context(start(options.slotferry)) for name, start in CONTENDERS.items()}
        java = running["slotferry"].processes.executable()
        rate = _half_of_the_maximum(running.values())
        runs = {mode: {name: [] for name in running} for mode in MODES}
        for _ in range(ROUNDS_QUICK if options.quick else ROUNDS):
            for mode in MODES:
                for name, server in running.items():
                    seconds = SECONDS_QUICK if options.quick else SECONDS
                    run = paced.run(seconds, java, server.port, rate, mode, loads.KEYSPACE)
                    paced.note(f"latency {mode} {name} at {rate}/s: {run}")
                    runs[mode][name].append(run)
    return {"rate": rate, "runs": runs}


def _half_of_the_maximum(running):
    """Of the slower server, in commands a second; also loads the keys and warms up."""
    load = next(load for load in loads.STRINGS if load.name == "get-16-p1")
    rates = []
    for server in running:
        load.prepare(server, 0)
        load.run(server, MAXIMUM_OPERATIONS)
        run = load.run(server, MAXIMUM_OPERATIONS)
        rates.append(run.operations / run.seconds)
    return int(min(rates) / 2)


# ---- pauses


def _pauses(options, collector):
    data = datasets.uneven_strings(DATA_BYTES_QUICK if options.quick else DATA_BYTES)
    with _with_collector(options.slotferry, COLLECTORS[collector]) as launcher, tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "jvm.log"
        environment = {"JAVA_TOOL_OPTIONS": f"-Xlog:safepoint:file={log}"}
        with servers.slotferry_up(launcher, *servers.EPHEMERAL_SHARD, environment=environment) as server:
            data.insert(server)
            with paced.Load(server.processes.executable(), server.port, PAUSES_RATE, "uneven", data.keys) as load:
                time.sleep(PAUSES_WARM_UP_SECONDS_QUICK if options.quick else PAUSES_WARM_UP_SECONDS)
                warm = log.stat().st_size
                load.begin()
                seconds = PAUSES_SECONDS_QUICK if options.quick else PAUSES_SECONDS
                time.sleep(seconds)
                run = load.end()
            text = log.read_bytes()[warm:].decode()
            run["seconds"] = seconds
            run["stopsMillis"] = [round(int(nanos) / 1e6, 3) for _, nanos in STOP.findall(text)]
            run["residentBytes"] = server.processes.resident_bytes()
            run["cpuSeconds"] = round(server.processes.cpu_seconds(), 2)
            run["dataBytes"] = data.keys * 1_000
    paced.note(f"latency pauses {collector}: p99.9 {run['p999']} µs, longest stop {_longest(run):.1f} ms")
    return run


def _longest(run):
    return max(run["stopsMillis"], default=0)


@contextmanager
def _with_collector(launcher, flag):
    """A launcher of the same distribution, with this flag instead of its own collector."""
    if flag is None:
        yield launcher
        return
    built = launcher.parent / "server/target/slotferry"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.symlink(built / "lib", home / "lib")
        shutil.copy(built / "classpath", home)
        shutil.copy(launcher, home)
        options = COLLECTOR_FLAG.sub(flag, (built / "jvm.options").read_text())
        (home / "jvm.options").write_text(options)
        yield home / launcher.name


# ---- report


def section(folder):
    cells = results.load(PART, folder)
    if not cells:
        return None
    parts = [f"## {TITLE}\n{report.provenance(cells)}"]
    if BESIDE_REDIS in cells:
        parts.append(_beside_redis_table(cells[BESIDE_REDIS]["measured"]))
    pauses = {
        name: cells[f"pauses-{name}"]["measured"] for name in COLLECTORS if f"pauses-{name}" in cells}
    if pauses:
        parts.append(_pauses_table(pauses))
    return "\n".join(parts)


def _beside_redis_table(measured):
    rows = []
    for mode, contenders in measured["runs"].items():
        ours, theirs = (
            {key: median(run[key] for run in contenders[name]) for key in ("p50", "p99", "p999")}
            for name in ("slotferry", "redis"))
        rows.append([
            mode, f"{ours['p50']:.0f}", f"{theirs['p50']:.0f}", f"{ours['p99']:.0f}", f"{theirs['p99']:.0f}",
            f"**{ours['p99'] / theirs['p99']:.2f}**", f"≤ {P99_RATIO_GOAL}", f"{ours['p999']:.0f}",
            f"{theirs['p999']:.0f}"])
    titles = [
        "commands", "p50 µs", "redis", "p99 µs", "redis", "p99 ratio", "goal", "p99.9 µs", "redis"]
    return (
        f"An open load of {measured['rate']:,} commands a second over 50 connections (half of the maximum of the slower "
        "server), without coordinated omission; `mixed` is GET and SET in turn.\n\n" + report.table(titles, rows))


def _pauses_table(pauses):
    rows = []
    for name, run in pauses.items():
        stops = run["stopsMillis"]
        beyond = sum(max(0.0, stop - PAUSE_MILLIS_GOAL) for stop in stops) / run["seconds"]
        rows.append([
            name, f"{run['dataBytes'] / 1e9:.1f}", len(stops), f"{_longest(run):.1f}", f"**{beyond:.2f}**",
            f"≤ {PAUSES_PER_MILLE_GOAL:.0f}", f"{run['p99'] / 1e3:.2f}", f"{run['p999'] / 1e3:.2f}",
            f"{run['max'] / 1e3:.1f}", f"{run['residentBytes'] / 1e9:.2f}", f"{run['cpuSeconds']:.0f}"])
    titles = [
        "collector", "data GB", "stops", "longest ms", f"‰ over {PAUSE_MILLIS_GOAL:.0f} ms", "goal", "p99 ms", "p99.9 ms",
        "max ms", "resident GB", "CPU s with loading"]
    return (
        f"Stops of the JVM, and latencies, under an open load of {PAUSES_RATE:,} commands a second (GET and SET in turn, "
        "values of 500 to 1,499 bytes, so that nearly every write has another length), after half a minute of it.\n"
        f"`‰ over {PAUSE_MILLIS_GOAL:.0f} ms` is the part of the commands that wait longer than that for a collection to end: "
        "with less than 1 ‰ of them p99.9 is free of collections. What it is beside that is the machine's.\n\n" + report.table(titles, rows))
