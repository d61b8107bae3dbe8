"""The JMH benchmarks: time and allocation of the parts that every command passes."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from . import report, results
from .loads import LoadFailed

PART = "micro"
TITLE = "Parts"
CELL = "benchmarks"
BUILD = "mvn -q -pl benchmarks -am package -DskipTests"
CLASSES = results.ROOM / "target/classes"
CLASSPATH = results.ROOM / "target/classpath"
JVM_FLAGS = "-XX:+UseCompactObjectHeaders"
EFFORT = ("-f", "2", "-wi", "5", "-w", "1", "-i", "5", "-r", "1")
EFFORT_QUICK = ("-f", "1", "-wi", "2", "-w", "500ms", "-i", "2", "-r", "500ms")


def measure(options):
    if not CLASSPATH.exists():
        raise LoadFailed(f"build the benchmarks first: {BUILD}")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "jmh.json"
        done = subprocess.run(
            [_java(), "-cp", f"{CLASSES}:{CLASSPATH.read_text().strip()}", "org.openjdk.jmh.Main", "-prof", "gc",
             "-jvmArgs", JVM_FLAGS, "-rf", "json", "-rff", str(output), *(EFFORT_QUICK if options.quick else EFFORT)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0 or not output.exists():
            raise LoadFailed(f"JMH: {done.stdout[-2000:]}")
        yield CELL, [_short(each) for each in json.loads(output.read_text())]


def _java():
    for variable in ("SLOTFERRY_JAVA_HOME", "JAVA_HOME"):
        if os.environ.get(variable):
            return Path(os.environ[variable]) / "bin/java"
    return "java"


def _short(each):
    parameters = " ".join(each.get("params", {}).values())
    name = each["benchmark"].split(".micro.")[1].replace("Benchmark", "")
    return {
        "name": f"{name} {parameters}".strip(),
        "nanoseconds": round(each["primaryMetric"]["score"], 2),
        "error": round(float(each["primaryMetric"]["scoreError"]), 2),
        "bytes": round(each["secondaryMetrics"]["gc.alloc.rate.norm"]["score"], 2),
    }


def section(folder):
    cells = results.load(PART, folder)
    if not cells:
        return None
    rows = [
        [f"`{each['name']}`", f"{each['nanoseconds']:.1f}", f"{each['error']:.1f}", f"{each['bytes']:.1f}"]
        for each in cells[CELL]["measured"]]
    titles = ["benchmark", "ns an operation", "±", "bytes allocated"]
    return f"## {TITLE}\nJMH with `-prof gc`.\n{report.provenance(cells)}\n{report.table(titles, rows)}"
