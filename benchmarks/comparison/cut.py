"""Cuts single processes off from all others of their machine, and lets them come back.

Such a process runs in a control group of its own from its start on, for a socket belongs to the group in which it was
opened; nftables drops what those of the group send, and what is sent to them. That takes root, and cgroup v2.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PREFIX = "slotferry-cut-"
_TABLE = "slotferry_cut"
_EMPTY_SECONDS_MAX = 5


def why_not():
    """What keeps this machine from it, or None."""
    if os.geteuid() != 0 or not shutil.which("nft"):
        return "a network cut takes root and nft (package nftables)"
    return None if _mount() else "a network cut takes cgroup v2, mounted below /sys/fs/cgroup"


def _mount():
    mounts = (line.split() for line in Path("/proc/mounts").read_text().splitlines())
    return next((Path(at) for _, at, kind, *_ in mounts if kind == "cgroup2" and _ROOT in (Path(at), *Path(at).parents)), None)


def confined(command):
    """The same command, run in a group of its own."""
    group = _mount() / f"{_PREFIX}{os.getpid()}-{time.monotonic_ns()}"
    group.mkdir()
    return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', group / "cgroup.procs", *command]


def is_confined(pid):
    return _PREFIX in Path(f"/proc/{pid}/cgroup").read_text()


def cut(pid):
    path = next(line[3:] for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines() if line.startswith("0::"))
    group = (_mount() / path.lstrip("/")).relative_to(_ROOT)
    level = path.count("/")
    chains = "\n".join(
        f'chain {hook} {{ type filter hook {hook} priority 0; socket cgroupv2 level {level} "{group}" drop; }}'
        for hook in ("input", "output"))
    subprocess.run(["nft", "-f", "-"], input=f"table inet {_TABLE} {{\n{chains}\n}}\n", text=True, check=True)


def mend():
    subprocess.run(["nft", "delete", "table", "inet", _TABLE], check=True)


def clean_up():
    """Removes what is left when the processes have ended: their groups, and the cut of a trial that failed."""
    subprocess.run(["nft", "delete", "table", "inet", _TABLE], stderr=subprocess.DEVNULL, check=False)
    for group in _mount().glob(f"{_PREFIX}{os.getpid()}-*"):
        deadline = time.monotonic() + _EMPTY_SECONDS_MAX
        while (group / "cgroup.procs").read_text() and time.monotonic() < deadline:
            time.sleep(0.1)
        group.rmdir()
