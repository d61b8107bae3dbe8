"""The command line."""

import argparse
import shutil
import signal
import sys
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path

from . import loads, paths, processes, report, results, throughput

LAUNCHER = results.ROOM.parent / "slotferry"
NEEDED = ("redis-server", "redis-benchmark", "nutcracker", "wrk")
INSTALL = "apt-get install redis-server redis-tools nutcracker wrk"


def main():
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    missing = [program for program in NEEDED if not shutil.which(program)]
    if missing:
        return _fail(f"not on the PATH: {', '.join(missing)} ({INSTALL})")
    try:
        return options.run(options)
    except (processes.StartFailed, loads.LoadFailed) as e:
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
    common.add_argument("--quick", action="store_true", help="measure little, print the result and keep nothing")

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


def _positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _throughput(options):
    settings = throughput.Settings(
        options.rounds or (3 if options.quick else 5), options.ops, options.warm_up, options.quick)
    chosen = [path for path in paths.ALL if any(fnmatchcase(path.name, each) for each in options.paths)]
    work = [(path, path.loads(options.loads)) for path in chosen]
    if not any(its_loads for _, its_loads in work):
        return _fail("no path and load of such names")

    def measure(folder):
        context = results.context(options.slotferry)
        for path, its_loads in work:
            if its_loads:
                for load, runs in throughput.measure(path, its_loads, settings, options.slotferry):
                    results.keep(path.name, load, context, runs, folder)

    return _write(options, measure)


def _write(options, measure):
    """Measures and reports: into the project, or when it is to be quick only to the terminal."""
    if not options.quick:
        measure(results.FOLDER)
        return _report(options)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder))
        print(report.text(Path(folder)))
    return 0


def _report(_):
    results.REPORT.write_text(report.text())
    print(f"compare: wrote {results.REPORT}", file=sys.stderr)
    return 0
