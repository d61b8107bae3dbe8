"""The command line."""

import argparse
import shutil
import signal
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from . import bounds, failover, latency, loads, memory, micro, paths, processes, report, reshard, resp, results, start, throughput

LAUNCHER = results.ROOM.parent / "slotferry"
PARTS = {"memory": memory, "latency": latency, "bounds": bounds, "start": start, "failover": failover, "reshard": reshard, "micro": micro}
HELP = {
    "memory": "resident memory per key",
    "latency": "latencies beside Redis, and the JVM's stops with 2 GB of data",
    "bounds": "what greedy clients cost in memory and in the latency of others",
    "start": "time to the ready line",
    "failover": "what clients see when a shard's leader dies, beside Redis Cluster",
    "reshard": "a shard more under load, beside `redis-cli --cluster reshard`",
    "micro": "JMH benchmarks of parser, table, engine and replies",
}
NEEDED = ("redis-server", "redis-benchmark", "nutcracker", "wrk")
NEEDED_BY_PART = {"failover": ("redis-server", "redis-cli"), "reshard": ("redis-server", "redis-cli")}
INSTALL = "apt-get install redis-server redis-tools nutcracker wrk"


def main():
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    needed = NEEDED_BY_PART.get(getattr(options, "part", None), NEEDED)
    missing = [program for program in needed if not shutil.which(program)]
    if missing:
        return _fail(f"not on the PATH: {', '.join(missing)} ({INSTALL})")
    try:
        return options.run(options)
    except (processes.StartFailed, loads.LoadFailed, resp.ErrorReply) as e:
        return _fail(e)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _fail(reason):
    print(f"compare: {reason}", file=sys.stderr)
    return 1


def _parser():
    parser = argparse.ArgumentParser(
        prog="compare", description="Measures Slotferry beside its peers, and writes RESULTS.md.",
        epilog=f"It needs, and does not install: {INSTALL}")
    commands = parser.add_subparsers(metavar="PART", required=True)

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--slotferry", type=_launcher, default=LAUNCHER, metavar="PATH", help="the launcher (%(default)s)")
    common.add_argument("--quick", action="store_true", help="measure less")

    path_names = [path.name for path in paths.ALL]
    measure = commands.add_parser(
        "throughput", parents=[common], help="CPU time and throughput of the paths",
        epilog="Loads: " + ", ".join(load.name for load in loads.ALL))
    measure.add_argument(
        "--paths", type=_list, default=["*"], metavar="P,…", help=f"patterns for some of: {', '.join(path_names)} (all)")
    measure.add_argument(
        "--loads", type=_list, metavar="L,…", help="patterns, such as 'get-*-p16'; see below (those of the path)")
    measure.add_argument("--rounds", type=_positive, metavar="N", help="rounds (5; quick: 3)")
    measure.add_argument("--ops", type=_positive, metavar="N", help="operations in a round (the load's own number)")
    measure.add_argument("--warm-up", type=_positive, metavar="N", help="operations before the first round")
    measure.set_defaults(run=_throughput)

    for name, part in PARTS.items():
        measure = commands.add_parser(name, parents=[common], help=HELP[name])
        if part is latency:
            measure.add_argument(
                "--collectors", type=_list, default=[], metavar="C,…",
                help=f"only the stops, with each of: {', '.join(latency.COLLECTORS)}")
        if part is bounds:
            measure.add_argument(
                "--scenarios", type=_list, default=["*"], metavar="S,…",
                help=f"patterns for some of: {', '.join(each.name for each in bounds.SCENARIOS)} (all)")
        if part is failover:
            measure.add_argument(
                "--trials", type=_positive, metavar="N", help=f"trials of each fault ({failover.TRIALS}; quick: {failover.TRIALS_QUICK})")
            measure.add_argument(
                "--faults", type=_some_of(failover.FAULTS), default=[], metavar="F,…", help=f"only some of: {', '.join(failover.FAULTS)}")
            measure.add_argument(
                "--contenders", type=_some_of(failover.CONTENDERS), default=[], metavar="C,…",
                help=f"only some of: {', '.join(failover.CONTENDERS)}; nothing is kept then")
        measure.set_defaults(run=_part, part=name)

    everything = commands.add_parser("all", parents=[common], help="everything but failover, part after part")
    everything.set_defaults(
        run=_all, paths=["*"], loads=None, rounds=None, ops=None, warm_up=None, collectors=[], scenarios=["*"])

    write = commands.add_parser("report", help="write RESULTS.md from the numbers in results/")
    write.set_defaults(run=_report)
    return parser


def _launcher(text):
    path = Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"no such file: {path}")
    return path


def _list(text):
    return text.split(",")


def _some_of(names):
    def parse(text):
        if unknown := set(text.split(",")) - set(names):
            raise argparse.ArgumentTypeError(f"none of {', '.join(names)}: {', '.join(unknown)}")
        return text.split(",")

    return parse


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _throughput(options):
    settings = throughput.Settings(
        options.rounds or (throughput.ROUNDS_QUICK if options.quick else throughput.ROUNDS), options.ops,
        options.warm_up, options.quick)
    patterns = options.loads or (throughput.PATTERNS_QUICK if options.quick else None)
    chosen = [path for path in paths.ALL if any(fnmatchcase(path.name, each) for each in options.paths)]
    work = [(path, path.loads(options.loads, patterns)) for path in chosen]
    if not any(its_loads for _, its_loads in work):
        return _fail("no path and load of such names")
    for path, its_loads in work:
        if its_loads:
            _keep(path.name, options, throughput.measure(path, its_loads, settings, options.slotferry))
    return 0


def _part(options):
    _keep(options.part, options, PARTS[options.part].measure(options))
    return 0


def _all(options):
    """Part after part; one that fails does not keep the others from being measured."""
    status = _of_part("throughput", _throughput, options)
    for name in filter(lambda name: name != failover.PART, PARTS):
        options.part = name
        status |= _of_part(name, _part, options)
    return status


def _of_part(name, measure, options):
    try:
        return measure(options)
    except (processes.StartFailed, loads.LoadFailed, resp.ErrorReply, OSError) as e:
        return _fail(f"{name}: {e}")


def _keep(part, options, cells):
    """Keeps each cell as soon as it is measured, and has RESULTS.md say so."""
    context = results.context(options.slotferry, options.quick)
    for name, measured in cells:
        results.keep(part, name, context, measured)
        _report(options)


def _report(_):
    results.REPORT.write_text(report.text(part.section for part in PARTS.values()))
    return 0
