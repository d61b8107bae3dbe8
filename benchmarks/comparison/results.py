"""Raw numbers, a JSON file for each part, and what is computed from them."""

import json
import math
import os
import platform
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from statistics import median

ROOM = Path(__file__).resolve().parent.parent
FOLDER = ROOM / "results"
REPORT = ROOM / "RESULTS.md"
PEERS = (
    ("redis-server", r"v=(\S+)", "--version"),
    ("nutcracker", r"nutcracker-(\S+)", "--version"),
    ("wrk", r"wrk (\S+)", "-v"),
)


def load(part, folder=FOLDER):
    """The cells of a part by name, each a measurement with its context; empty if it was never measured."""
    file = folder / f"{part}.json"
    return json.loads(file.read_text()) if file.exists() else {}


def keep(part, cell, context, measurement, folder=FOLDER):
    """Puts one cell in place of an older one of that name; the others stay."""
    cells = load(part, folder)
    cells[cell] = {"context": context, "measured": measurement}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{part}.json"
    new = file.with_suffix(".new")
    new.write_text(json.dumps(cells, indent=1) + "\n")
    new.replace(file)


def context(launcher, quick):
    """When and where something is measured, what, and whether with less than the usual effort."""
    return {
        "quick": quick,
        "date": date.today().isoformat(),
        "commit": _first_line("git", "-C", launcher.parent, "describe", "--always", "--dirty"),
        "machine": f"{_cpu_model()}, {os.cpu_count()} cores, {_memory_gigabytes()} GB",
        "system": f"{platform.system()} {platform.release()}",
        "versions": [
            # The launcher may say on its other output that it builds.
            _first_line(launcher, "version", errors=subprocess.DEVNULL),
            *(_version(*program) for program in PEERS if shutil.which(program[0])),
        ],
    }


def _version(program, pattern, option):
    match = re.search(pattern, _first_line(program, option))
    return f"{program} {match[1] if match else 'of unknown version'}"


def _first_line(*command, errors=subprocess.STDOUT):
    # wrk and git end with an error in cases that matter to nobody here.
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=errors, text=True, check=False)
    return done.stdout.partition("\n")[0].strip()


def _cpu_model():
    match = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return match[1] if match else platform.machine()


def _memory_gigabytes():
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def cpu_per_million(runs):
    """The median of the rounds, in seconds."""
    return median(run["cpuSeconds"] / run["operations"] * 1e6 for run in runs)


def per_second(runs):
    """The median of the rounds, in operations."""
    return median(run["operations"] / run["seconds"] for run in runs)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))
