"""Large data sets, sent by redis-cli's mass insertion."""

import itertools
import random
import subprocess
from dataclasses import dataclass
from typing import Callable

from . import resp
from .loads import LoadFailed

COMMANDS_AT_ONCE = 10_000
SEED = 7


@dataclass(frozen=True)
class DataSet:
    """So many keys, each made by one command from its number."""

    name: str
    title: str
    keys: int
    command: Callable

    def insert(self, server):
        """Returns when the server has answered every command."""
        process = subprocess.Popen(
            ["redis-cli", "-p", str(server.port), "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        commands = map(self.command, range(self.keys))
        while batch := b"".join(map(resp.encode, itertools.islice(commands, COMMANDS_AT_ONCE))):
            process.stdin.write(batch)
        output, _ = process.communicate()
        if process.returncode != 0 or b"errors: 0," not in output:
            raise LoadFailed(f"redis-cli --pipe: {output.decode(errors='replace')}")


def strings(keys, value_bytes=16):
    value = b"x" * value_bytes
    return DataSet(
        "strings", f"strings: `key:%012d`, values of {value_bytes} bytes", keys,
        lambda number: (b"SET", b"key:%012d" % number, value))


def hashes(keys):
    def command(number):
        fields = ((b"field%d" % field, b"value%d" % field) for field in range(5))
        return (b"HSET", b"hash:%012d" % number, *itertools.chain.from_iterable(fields))

    return DataSet("hashes", "hashes: `hash:%012d` of 5 fields `field%d` with values `value%d`", keys, command)


def uneven_strings(total_bytes, mean_bytes=1_000):
    """Values of many lengths, so that overwriting one makes garbage."""
    chance = random.Random(SEED)
    block = b"x" * 2 * mean_bytes
    return DataSet(
        "uneven", f"strings of {mean_bytes // 2} to {mean_bytes * 3 // 2} bytes", total_bytes // mean_bytes,
        lambda number: (
            b"SET", b"key:%012d" % number, block[: chance.randrange(mean_bytes // 2, mean_bytes * 3 // 2)]))
