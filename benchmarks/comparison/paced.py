"""The open load that latencies are measured with: io.slotferry.benchmarks.load.PacedLoad, run from its source."""

import json
import subprocess
import sys
import time

from . import results
from .loads import LoadFailed

SOURCE = results.ROOM / "src/main/java/io/slotferry/benchmarks/load/PacedLoad.java"
# Before the first latency that counts: the program is compiled, as it runs too, and the server gets warm.
LEAD_SECONDS = 4


class Load:
    """A context in which the load runs beside whatever else happens."""

    def __init__(self, java, port, rate, mode, keys, connections=50, waiting="spin"):
        arguments = (port, rate, connections, keys, mode, waiting)
        self._process = subprocess.Popen(
            [java, SOURCE, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        time.sleep(LEAD_SECONDS)

    def begin(self):
        """Latencies count from now on."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def end(self):
        """How many commands were counted up to now, and their latencies in microseconds: p50, p99, p999, max."""
        output, errors = self._process.communicate()
        if self._process.returncode != 0:
            raise LoadFailed(f"PacedLoad: {errors}")
        return json.loads(output)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def run(seconds, *arguments, **options):
    with Load(*arguments, **options) as load:
        load.begin()
        time.sleep(seconds)
        return load.end()


def note(text):
    print(text, file=sys.stderr, flush=True)
