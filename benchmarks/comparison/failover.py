"""What clients see of the death of a shard's leader, beside Redis Cluster; and of a planned switch."""

import math
import os
import signal
import statistics
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from . import cut, deployments, paced, report, results

PART = "failover"
TITLE = "Failover"
TRIALS, TRIALS_QUICK = 50, 6
FAULTS = ("kill", "stop", "cut", "switch")
CONTENDERS = {"slotferry": deployments.slotferry, "redis": lambda _: deployments.redis_cluster()}

WRITERS, READERS = 8, 4
# Of each client: together 400 writes and 200 reads a second, all on the shard that loses its leader.
PACE_SECONDS = 0.02
PROBE_SECONDS = 0.005
# For each shard: fresh processes are busy with themselves.
WARM_UP_SECONDS = 10.0
BEFORE_SECONDS = 1.0
AFTER_SECONDS = 2.0
DOWN_SECONDS_MAX = 30.0
SETTLED_SECONDS_MAX = 120
MEDIAN_MILLIS_GOAL, P99_MILLIS_GOAL = 1_800, 2_500
SWITCH_MILLIS_GOAL = 100


@dataclass
class Seen:
    """What the clients of one trial have seen."""

    acknowledged: list = field(default_factory=list)
    writes: list = field(default_factory=list)
    unknown: int = 0
    write_errors: int = 0
    read_errors: int = 0
    slowest_write: float = 0.0
    slowest_read: float = 0.0
    slowest_before: float = 0.0
    errors: set = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self):
        """From now on what is slow is the fault's doing."""
        with self.lock:
            self.slowest_before = max(self.slowest_write, self.slowest_read)
            self.slowest_write = self.slowest_read = 0.0


def measure(options):
    trials = options.trials or (TRIALS_QUICK if options.quick else TRIALS)
    for fault in options.faults or FAULTS:
        if fault == "cut" and cut.why_not():
            paced.note(f"failover {fault}: not measured, for {cut.why_not()}")
            continue
        measured = {}
        for name in options.contenders or CONTENDERS:
            try:
                with CONTENDERS[name](options.slotferry) as deployment:
                    _warm_up(deployment)
                    measured[name] = [_trial(deployment, fault, number) for number in range(trials)]
            finally:
                if fault == "cut":
                    cut.clean_up()
        if not options.contenders:
            yield fault, measured


def _warm_up(deployment):
    for shard in range(deployments.SHARDS):
        with _load(deployment, deployment.tag(shard), "warm-up"):
            time.sleep(WARM_UP_SECONDS)


def _trial(deployment, fault, number):
    shard = number % deployments.SHARDS
    tag = deployment.tag(shard)
    if fault == "cut":
        _confine_leader(deployment, shard)
    with _load(deployment, tag, number) as seen:
        time.sleep(BEFORE_SECONDS)
        prober = deployment.prober(shard)
        leader = deployment.leader(shard)
        victim = deployments.Victim.of(leader)
        seen.strike()
        _strike(deployment, fault, shard, leader)
        began = time.monotonic()
        down = _await_write(prober, tag, seen, began) - began if fault != "switch" else 0.0
        time.sleep(AFTER_SECONDS)
        if fault == "kill":
            deployment.restart(victim)
        elif fault == "stop":
            os.kill(leader, signal.SIGCONT)
        elif fault == "cut":
            cut.mend()
    _await_settled(deployment)
    lost = _lost(deployment, seen)
    paced.note(
        f"failover {fault} {deployment.name} {number + 1}: down {down * 1000:.0f} ms, lost {lost}, unknown {seen.unknown}, "
        f"errors {seen.read_errors} + {seen.write_errors} {sorted(seen.errors)[:3]}, "
        f"slowest {seen.slowest_read * 1000:.0f} + {seen.slowest_write * 1000:.0f} ms, before {seen.slowest_before * 1000:.0f}")
    return {
        "downMillis": round(down * 1000), "acknowledged": len(seen.acknowledged), "lost": lost, "unknown": seen.unknown,
        "readErrors": seen.read_errors, "writeErrors": seen.write_errors,
        "slowestBeforeMillis": round(seen.slowest_before * 1000, 1), "slowestReadMillis": round(seen.slowest_read * 1000, 1), "slowestWriteMillis": round(seen.slowest_write * 1000, 1)}


def _confine_leader(deployment, shard):
    """Only what was started so can be cut off: each copy is started again before it is a victim for the first time."""
    while not cut.is_confined(deployment.leader(shard)):
        victim = deployments.Victim.of(deployment.leader(shard))
        os.kill(victim.pid, signal.SIGKILL)
        _await(lambda: deployment.leader(shard) != victim.pid)
        deployment.restart(replace(victim, command=cut.confined(victim.command)))
        _await_settled(deployment)


def _strike(deployment, fault, shard, leader):
    if fault == "kill":
        os.kill(leader, signal.SIGKILL)
    elif fault == "stop":
        os.kill(leader, signal.SIGSTOP)
    elif fault == "cut":
        cut.cut(leader)
    else:
        deployment.switch(shard)


def _await_write(prober, tag, seen, began):
    """When the shard has taken the next write, of the prober or of another client."""
    deadline = began + DOWN_SECONDS_MAX
    probed = deadline
    while probed == deadline and time.monotonic() < deadline:
        time.sleep(PROBE_SECONDS)
        try:
            prober.call("SET", f"{{{tag}}}probe", "x")
            probed = time.monotonic()
        except (deployments.Refused, deployments.Unknown):
            pass
    later = [at for sent, at in seen.writes if sent > began + PROBE_SECONDS]
    return min([probed, *later])


def _await_settled(deployment):
    _await(deployment.settled)


def _await(probe):
    deadline = time.monotonic() + SETTLED_SECONDS_MAX
    while not _holds(probe) and time.monotonic() < deadline:
        time.sleep(0.1)


def _holds(probe):
    try:
        return probe()
    except OSError:
        return False


def _lost(deployment, seen):
    """How many of the acknowledged writes are not there."""
    client = deployment.client()
    return sum(client.call("EXISTS", key) != 1 for key in seen.acknowledged)


# ---- the load


@contextmanager
def _load(deployment, tag, trial):
    """Paced clients, each with one command under way at a time."""
    seen = Seen()
    ending = threading.Event()
    clients = [
        threading.Thread(target=_client, args=(deployment.client(), f"{{{tag}}}{trial}:{number}", number < WRITERS, seen, ending))
        for number in range(WRITERS + READERS)]
    for client in clients:
        client.start()
    try:
        yield seen
    finally:
        ending.set()
        for client in clients:
            client.join()


def _client(client, prefix, writes, seen, ending):
    sent = 0
    while not ending.wait(PACE_SECONDS):
        sent += 1
        key = f"{prefix}:{sent}"
        began = time.monotonic()
        try:
            client.call(*(("SET", key, sent) if writes else ("GET", key)))
        except (deployments.Refused, deployments.Unknown) as e:
            with seen.lock:
                _failed(seen, writes, e)
            continue
        seconds = time.monotonic() - began
        with seen.lock:
            if writes:
                seen.acknowledged.append(key)
                seen.writes.append((began, began + seconds))
                seen.slowest_write = max(seen.slowest_write, seconds)
            else:
                seen.slowest_read = max(seen.slowest_read, seconds)


def _failed(seen, writes, error):
    seen.errors.add(str(error)[:40])
    if not writes:
        seen.read_errors += 1
    elif isinstance(error, deployments.Unknown):
        seen.unknown += 1
    else:
        seen.write_errors += 1


# ---- report


def section(folder):
    cells = results.load(PART, folder)
    if not cells:
        return None
    parts = [
        f"## {TITLE}\n{report.provenance(cells)}",
        "A shard's leader is killed (`kill -9`), stopped (`SIGSTOP`, and goes on later),\n"
        f"cut off (of its packets none is sent or received for a while), or has its replica take over as planned, while {WRITERS} clients write\n"
        f"to the shard and {READERS} read, each every {PACE_SECONDS * 1000:.0f} ms. Three shards with a replica each, every node a process: `slotferry up --processes`, and Redis Cluster at\n"
        f"`cluster-node-timeout {deployments.NODE_TIMEOUT_MILLIS}`, whose clients know the slots, follow redirections, and give a server {deployments.REDIS_CLIENT_SECONDS:.0f} s to answer. "
        "*Down* is the time until the shard takes a write again;\n"
        "*errors* are commands that were certainly not executed, *unknown* are writes of unknown fate (`-UNCERTAIN`, a connection that broke); both, and *lost*, are sums over all trials.\n"]
    for fault in FAULTS:
        if fault in cells:
            parts.append(_table(fault, cells[fault]["measured"]))
    return "\n".join(parts)


def _table(fault, contenders):
    titles = [
        fault, "trials", "down ms, median", "p99", "most", "acknowledged", "lost", "unknown", "write errors", "read errors",
        "slowest write ms, median", "slowest read ms, median", "slowest before, median", "slower by, median"]
    return report.table(titles, [_row(name, trials) for name, trials in contenders.items()]) + _goal(fault)


def _row(name, trials):
    down = sorted(trial["downMillis"] for trial in trials)
    median = statistics.median(down)
    sums = [sum(trial[what] for trial in trials) for what in ("acknowledged", "lost", "unknown", "writeErrors", "readErrors")]
    kinds = ("slowestWriteMillis", "slowestReadMillis", "slowestBeforeMillis")
    slowest = [statistics.median(trial[what] for trial in trials) for what in kinds]
    slower = statistics.median(
        max(trial["slowestWriteMillis"], trial["slowestReadMillis"]) - trial["slowestBeforeMillis"] for trial in trials)
    return [
        name, len(trials), f"**{median:.0f}**", f"**{down[math.ceil(len(down) * 0.99) - 1]}**", down[-1], *sums,
        *(f"{millis:.0f}" for millis in slowest), f"**{slower:.0f}**"]


def _goal(fault):
    if fault == "switch":
        return f"\nGoal: no error, nothing lost, no command slower than usual by more than {SWITCH_MILLIS_GOAL} ms.\n"
    return f"\nGoal: down for less than {MEDIAN_MILLIS_GOAL} ms (median) and {P99_MILLIS_GOAL} ms (p99); no errors.\n"
