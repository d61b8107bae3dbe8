"""What the servers are asked to do: command lines of redis-benchmark and wrk."""

import csv
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from . import resp

CONNECTIONS = 50
KEYSPACE = 100_000
# With a pipeline a million take a second: a JVM that compiles a little yet would be measured, and not what it serves.
OPERATIONS = {1: 250_000, 16: 3_000_000, 64: 4_000_000}
# A command that touches a hundred elements is measured with fewer operations.
WIDE_COMMAND_SHARE = 0.1
LIST_BATCH = 1_000
VALUE_BYTES = 16
HTTP_PER_SECOND = 50_000


class LoadFailed(Exception):
    """The generator, or the server, reported an error."""


@dataclass(frozen=True)
class Run:
    """One run of a load: how many operations were answered, in how many seconds."""

    operations: int
    seconds: float


def no_data(client, operations):
    """For loads that make their data themselves."""


@dataclass(frozen=True)
class RedisLoad:
    """A command of redis-benchmark, which puts a number below KEYSPACE in place of each __rand_int__."""

    name: str
    command: tuple
    pipeline: int
    share: float = 1.0
    data: Callable = no_data

    def operations(self):
        return int(OPERATIONS[self.pipeline] * self.share)

    def prepare(self, server, operations):
        """Makes the data that so many operations need; not part of what is measured."""
        with resp.Client(server.port) as client:
            self.data(client, operations)

    def run(self, server, operations):
        result = _output(
            "redis-benchmark", "-h", "127.0.0.1", "-p", server.port, "-c", CONNECTIONS, "-n", operations,
            "-P", self.pipeline, "-r", KEYSPACE, "--csv", *self.command)
        if "Error from server" in result:
            raise LoadFailed(f"{self.name}: {result}")
        per_second = float(list(csv.reader(result.splitlines()))[-1][1])
        return Run(operations, operations / per_second)


@dataclass(frozen=True)
class HttpLoad:
    """wrk reads one key over connections that are kept alive; it is given a time, not a number of requests."""

    name: str
    pipeline: int = 1

    def operations(self):
        return OPERATIONS[self.pipeline]

    def prepare(self, server, _):
        with resp.Client(server.port) as client:
            client.call("SET", "k", "x" * VALUE_BYTES)

    def run(self, server, operations):
        seconds = max(1, operations // HTTP_PER_SECOND)
        started = time.monotonic()
        result = _output(
            "wrk", "-t", 1, "-c", CONNECTIONS, "-d", f"{seconds}s",
            f"http://127.0.0.1:{server.http_port}/v1/keyspaces/0/keys/k")
        if "Non-2xx" in result or "Socket errors" in result:
            raise LoadFailed(f"{self.name}: {result}")
        return Run(int(re.search(r"(\d+) requests in", result)[1]), time.monotonic() - started)


def _output(*command):
    try:
        done = subprocess.run(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    except subprocess.CalledProcessError as e:
        raise LoadFailed(f"{' '.join(e.cmd)}: {e.output}") from e
    return done.stdout


def _every_key(value_bytes):
    def data(client, _):
        value = "x" * value_bytes
        client.send_all(("SET", f"key:{number:012d}", value) for number in range(KEYSPACE))

    return data


def _empty_list(client, _):
    client.call("DEL", "mylist")


def _list_to_pop(client, operations):
    """More elements than the load pops: redis-benchmark sends a little more than it was told."""
    client.call("DEL", "mylist")
    batch = ("RPUSH", "mylist", *["x" * VALUE_BYTES] * LIST_BATCH)
    client.send_all(batch for _ in range(operations // LIST_BATCH + CONNECTIONS))


def _list_to_read(client, _):
    _list_to_pop(client, LIST_BATCH)


def _strings():
    for value_bytes in (16, 256):
        for pipeline in OPERATIONS:
            suffix = f"{value_bytes}-p{pipeline}"
            value = "x" * value_bytes
            yield RedisLoad(f"set-{suffix}", ("SET", "key:__rand_int__", value), pipeline)
            yield RedisLoad(
                f"get-{suffix}", ("GET", "key:__rand_int__"), pipeline, data=_every_key(value_bytes))


def _others():
    value = "x" * VALUE_BYTES
    pairs = ("key:__rand_int__", value) * 10
    yield RedisLoad("incr-p16", ("INCR", "counter:__rand_int__"), 16)
    yield RedisLoad("lpush-p16", ("LPUSH", "mylist", value), 16, data=_empty_list)
    yield RedisLoad("lpop-p16", ("LPOP", "mylist"), 16, data=_list_to_pop)
    yield RedisLoad("sadd-p16", ("SADD", "myset", "element:__rand_int__"), 16)
    yield RedisLoad("hset-p16", ("HSET", "myhash", "element:__rand_int__", value), 16)
    yield RedisLoad("zadd-p16", ("ZADD", "myzset", "__rand_int__", "element:__rand_int__"), 16)
    yield RedisLoad(
        "lrange-100-p16", ("LRANGE", "mylist", "0", "99"), 16, WIDE_COMMAND_SHARE, _list_to_read)
    yield RedisLoad("mset-10-p16", ("MSET", *pairs), 16, WIDE_COMMAND_SHARE)


STRINGS = tuple(_strings())
OTHERS = tuple(_others())
HTTP = (HttpLoad("http-get"),)
ALL = STRINGS + OTHERS + HTTP
