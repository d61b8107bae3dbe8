"""Measures CPU time and throughput: all contenders of a path run side by side, and take turns under each load."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass

from . import results

ROUNDS, ROUNDS_QUICK = 5, 3
QUICK_DIVISOR = 2
# For the first load of each pipeline on fresh servers: batches go other ways through the code than single commands,
# and of several JVMs each sees but a part of them.
FIRST_WARM_UP_FACTOR = 4
# The values of 256 bytes are left out.
PATTERNS_QUICK = ("[!gs]*", "[gs]et-16-*", "sadd*")


@dataclass(frozen=True)
class Settings:
    """How much is measured; None leaves the number of operations to the load."""

    rounds: int
    given_operations: int | None
    given_warm_up: int | None
    quick: bool

    def operations(self, load):
        return self.given_operations or load.operations() // (QUICK_DIVISOR if self.quick else 1)

    def warm_up_operations(self, load, first):
        """Enough for the JIT compiler to settle."""
        return self.given_warm_up or self.operations(load) * (FIRST_WARM_UP_FACTOR if first else 1)


def measure(path, chosen_loads, settings, launcher):
    """Yields for each load its name and the runs of each contender, as results.py keeps them."""
    with ExitStack() as stack:
        running = {name: stack.enter_context(start(launcher)) for name, start in path.contenders.items()}
        warm = set()
        for load in chosen_loads:
            yield load.name, _rounds(path, load, running, settings, first=load.pipeline not in warm)
            warm.add(load.pipeline)


def _rounds(path, load, running, settings, first):
    for server in running.values():
        _run(load, server, settings.warm_up_operations(load, first))
    runs = {name: [] for name in running}
    for _ in range(settings.rounds):
        for name, server in running.items():
            runs[name].append(_run(load, server, settings.operations(load)))
    for name in running:
        cpu = results.cpu_per_million(runs[name])
        print(f"{path.name} {load.name} {name}: {cpu:.2f} CPU s/Mop", file=sys.stderr, flush=True)
    return runs


def _run(load, server, operations):
    load.prepare(server, operations)
    server.processes.await_quiet()
    before = server.processes.cpu_seconds()
    run = load.run(server, operations)
    server.processes.await_quiet()
    return {
        "operations": run.operations,
        "seconds": round(run.seconds, 3),
        "cpuSeconds": round(server.processes.cpu_seconds() - before, 2),
    }
