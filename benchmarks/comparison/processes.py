"""The processes of one server: started in a scratch folder, accounted from /proc, and always ended."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

STOP_SECONDS_MAX = 15
QUIET_SECONDS_MAX = 3
POLL_SECONDS = 0.01
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class StartFailed(Exception):
    """A server did not start; the text says why, as far as its log tells."""


class Processes:
    """A context manager: at its end all processes have ended, and their folder is gone."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="slotferry-compare-"))
        self._started = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, *command, environment=None, folder=None):
        """Starts one process, out of reach of the terminal's Ctrl-C; its output goes to the file that is returned."""
        log = self.folder / f"process-{len(self._started) + 1}.log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder or self.folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        self._started.append(process)
        return log

    def newest_pid(self):
        return self._started[-1].pid

    def await_line(self, log, pattern, seconds_max=120):
        """The match of the first line of the log that has the pattern."""
        return self.await_value(lambda: re.search(pattern, log.read_text(errors="replace")), seconds_max)

    def await_value(self, probe, seconds_max=60):
        """The first true value that the probe returns, while all processes live."""
        deadline = time.monotonic() + seconds_max
        while True:
            value = probe()
            if value:
                return value
            if time.monotonic() > deadline or any(process.poll() is not None for process in self._started):
                raise StartFailed(self._last_words())
            time.sleep(POLL_SECONDS)

    def _last_words(self):
        logs = sorted(self.folder.glob("process-*.log"))
        return "\n".join(
            f"{process.args[0]}:\n" + log.read_text(errors="replace")[-2000:]
            for process, log in zip(self._started, logs)
        )

    def pids(self):
        """All processes, with those that they started themselves."""
        children = {}
        for pid, stat in _all_stats():
            children.setdefault(stat.parent, []).append(pid)
        found = [process.pid for process in self._started]
        for pid in found:
            found.extend(children.get(pid, ()))
        return found

    def cpu_seconds(self):
        """User and system time so far of all processes, threads and children, also of those that have ended."""
        stats = filter(None, (_stat(pid) for pid in self.pids()))
        return sum(stat.ticks for stat in stats) / TICKS_PER_SECOND

    def await_quiet(self):
        """Returns when the work that a load has left behind (replication, disk) is done."""
        deadline = time.monotonic() + QUIET_SECONDS_MAX
        before = self.cpu_seconds()
        while time.monotonic() < deadline:
            time.sleep(0.1)
            now = self.cpu_seconds()
            if now - before <= 1 / TICKS_PER_SECOND:
                return
            before = now

    def resident_bytes(self):
        return sum(_status_bytes(pid, "VmRSS") for pid in self.pids())

    def peak_resident_bytes(self):
        """The most since `forget_peak`; of several processes the sum, even if each had it at another time."""
        return sum(_status_bytes(pid, "VmHWM") for pid in self.pids())

    def forget_peak(self):
        for pid in self.pids():
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    def executable(self):
        """The program that the first process runs."""
        return os.readlink(f"/proc/{self._started[0].pid}/exe")

    def stop(self):
        """Ends what was started, and nothing else; a second Ctrl-C does not stop it half-way."""
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            for process in reversed(self._started):
                process.terminate()
            for process in reversed(self._started):
                self._await_end(process)
            shutil.rmtree(self.folder, ignore_errors=True)
        finally:
            signal.signal(signal.SIGINT, previous)

    @staticmethod
    def _await_end(process):
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _Stat:
    """What /proc/PID/stat says: the parent, and the clock ticks of the process and of the children it waited for."""

    def __init__(self, text):
        # The name of the program, in parentheses, may contain anything.
        fields = text.rpartition(")")[2].split()
        self.parent = int(fields[1])
        self.ticks = sum(int(field) for field in fields[11:15])


def _stat(pid):
    try:
        return _Stat(Path(f"/proc/{pid}/stat").read_text())
    except (FileNotFoundError, ProcessLookupError):
        return None


def _all_stats():
    for entry in os.listdir("/proc"):
        stat = _stat(entry) if entry.isdigit() else None
        if stat:
            yield int(entry), stat


def _status_bytes(pid, field):
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    match = re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)
    return int(match[1]) * 1024 if match else 0
