"""RESULTS.md, made from the raw numbers alone."""

import re

from . import paths, results

STRING_LOAD = re.compile(r"[gs]et-\d+-p(\d+)")
HEAD = """\
# Measured

Written by `benchmarks/compare`; the raw numbers are in [results/](results). Load generator and servers share one machine and its loopback interface.
CPU is the user and system time of all processes of a path, in seconds per million operations: it is what to compare, for throughput
is disturbed by whatever else the machine does. Every number is the median of rounds in which the contenders took turns, after a warm-up.
A ratio is Slotferry's number over its peer's.
"""


def text(more_sections, folder=results.FOLDER):
    """All that was measured; each of the further sections makes its text of the folder."""
    sections = [HEAD, _goals(folder)]
    sections += [_path(path, folder) for path in paths.ALL]
    sections += [section(folder) for section in more_sections]
    return "\n".join(filter(None, sections))


def table(titles, rows):
    lines = [titles, ["---"] + ["--:"] * (len(titles) - 1), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def provenance(cells):
    """When, where and of what the cells were measured: one line for each context there is."""
    contexts = {str(cell["context"]): cell["context"] for cell in cells.values()}
    return "\n".join(
        f"Measured {'briefly ' if each.get('quick') else ''}{each['date']} at commit {each['commit']}: {each['machine']}; {each['system']}; "
        + ", ".join(each["versions"]) + ".\n"
        for each in contexts.values()
    )


def _goals(folder):
    rows = [row for path in paths.ALL for row in _goal_rows(path, results.load(path.name, folder))]
    if not rows:
        return None
    titles = ["path", "pipeline", "CPU", "goal", "throughput"]
    return (
        "## The goals\nGeometric means over SET and GET with values of 16 and 256 bytes: ratios, but CPU seconds for HTTP.\n"
        "With values in slabs GET, SET, INCR and HSET at pipeline 16 take 0 to 5 % more than before (seven rounds, the two commits in turn). What else differs from\n"
        "earlier records is the machine's: Redis' HSET took 2.20 s a million then and 1.71 now, its SET at pipeline 16 2.19 and 1.63.\n"
        "The goal of the remote gateway at pipeline 16 comes from a spike with two processes. With a gateway and one shard it is reached, see below (0.32): each shard more has\n"
        "a share of each client's 16 commands, and its thread is woken for it, as is the gateway's for the answer. Of 1,000 SETs come 52 switches of threads with three shards, 25 to 31 with one,\n"
        "and 13 in twemproxy's four processes; one costs 50 µs on this virtual machine. A SET took 3.3 to 5.5 s a million in five series (twemproxy 6.2 to 7.7).\n"
        "What was measured at commits afdb8fa and e3b71be ran beside seven idle servers, which took a fifth to a quarter of a processor.\n"
        "At pipeline 1 the embedded shard took 0.94 times as much as Redis on the machine of an earlier record, where a GET cost Redis 17.8 s a million, nearly all of it for system calls; here, where it is 7.0 to 7.4,\n"
        "it takes 1.06 times as much, with the commit of then as well (seven rounds in turn, medians: GET then 7.65, now 7.80, Redis 7.00; SET 7.90, 7.90, 7.40).\n"
        "HTTP took 11.81 before, on an Intel machine on which Redis' GET at pipeline 16 took 0.97 s a million, and not 1.61; no series compares the two commits on one machine.\n\n"
        + table(titles, rows))


def _goal_rows(path, cells):
    for pipeline, goal in path.goals.items():
        chosen = [cell["measured"] for name, cell in cells.items() if _pipeline(name) == pipeline]
        if chosen:
            cpu, throughput = zip(*map(_cpu_and_throughput, chosen))
            yield [
                path.title, pipeline, f"**{results.geometric_mean(cpu):.2f}**", f"≤ {goal:.2f}",
                f"{results.geometric_mean(throughput):.2f}" if len(path.contenders) > 1 else "–"]


def _pipeline(load):
    match = STRING_LOAD.fullmatch(load)
    return int(match[1]) if match else 1 if load == "http-get" else None


def _cpu_and_throughput(contenders):
    """The ratios of a cell, or what was measured where there is no peer."""
    cpu = [results.cpu_per_million(runs) for runs in contenders.values()]
    throughput = [results.per_second(runs) for runs in contenders.values()]
    if len(contenders) == 1:
        return cpu[0], throughput[0]
    return cpu[0] / cpu[1], throughput[0] / throughput[1]


def _path(path, folder):
    cells = results.load(path.name, folder)
    if not cells:
        return None
    names = list(path.contenders)
    titles = ["load", *[f"{name} CPU s/M" for name in names], *[f"{name} k/s" for name in names]]
    if len(names) > 1:
        titles += ["CPU ratio", "throughput ratio"]
    rows = [
        _row(load.name, cells[load.name]["measured"]) for load in path.candidates if load.name in cells]
    return f"## {path.title}\n{provenance(cells)}\n{table(titles, rows)}"


def _row(load, contenders):
    row = [load]
    row += [f"{results.cpu_per_million(runs):.2f}" for runs in contenders.values()]
    row += [f"{results.per_second(runs) / 1000:.0f}" for runs in contenders.values()]
    if len(contenders) > 1:
        cpu, throughput = _cpu_and_throughput(contenders)
        row += [f"**{cpu:.2f}**", f"{throughput:.2f}"]
    return row
