"""The paths that are compared: which servers, under which loads, and what ratio is to be reached."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from . import loads, servers


@dataclass(frozen=True)
class Path:
    """A way of a command through servers.

    `contenders` maps a name to a function that takes Slotferry's launcher; Slotferry comes first, its peer second.
    `goals` maps a pipeline to the ratio of CPU time, or without a peer to the CPU seconds per million operations.
    """

    name: str
    title: str
    contenders: dict[str, Callable]
    patterns: tuple
    goals: dict = field(default_factory=dict)
    candidates: tuple = loads.STRINGS + loads.OTHERS

    def loads(self, asked, patterns):
        """Those that the user asks for, or else those that belong to the path; of them, what matches the patterns."""
        return [
            load
            for load in self.candidates
            if _matches(load, asked or self.patterns) and _matches(load, patterns or ("*",))
        ]


def _matches(load, patterns):
    return any(fnmatchcase(load.name, pattern) for pattern in patterns)


def _gateway_and_shards(shards):
    return lambda launcher: servers.slotferry_up(
        launcher, "--processes", "--shards", shards, "--replicas", 0, "--rebalancers", 1, "--ephemeral")


ALL = (
    Path(
        "embedded",
        "One shard, embedded, nothing on disk / redis-server without persistence",
        {
            "slotferry": lambda launcher: servers.slotferry_up(launcher, *servers.EPHEMERAL_SHARD),
            "redis": lambda _: servers.redis(*servers.REDIS_NO_PERSISTENCE),
        },
        ("*",),
        {1: 1.0, 16: 0.70, 64: 0.60},
    ),
    Path(
        "durable",
        "One shard, embedded, persistence `everysec` (the default) / redis-server with AOF `everysec`",
        {
            "slotferry": lambda launcher: servers.slotferry_up(launcher, "--shards", 1, "--replicas", 0),
            "redis": lambda _: servers.redis(*servers.REDIS_EVERYSEC),
        },
        ("[gs]et-*-p16",),
        {16: 0.80},
    ),
    Path(
        "remote",
        "Gateway and 3 shards, a process each / twemproxy and 3 redis-servers; nothing on disk",
        {
            "slotferry": _gateway_and_shards(3),
            "twemproxy": lambda _: servers.twemproxy(3),
        },
        ("[gs]et-*-p1", "[gs]et-*-p16"),
        {1: 1.0, 16: 0.40},
    ),
    Path(
        "remote-one",
        "Gateway and 1 shard, a process each / twemproxy and 3 redis-servers; nothing on disk: what it is that each shard more costs",
        {
            "slotferry": _gateway_and_shards(1),
            "twemproxy": lambda _: servers.twemproxy(3),
        },
        ("[gs]et-16-p16",),
    ),
    Path(
        "replicated",
        "One shard with a replica in another process / redis-server with a replica; nothing on disk",
        {
            "slotferry": servers.slotferry_leader_and_replica,
            "redis": lambda _: servers.redis_with_replica(),
        },
        ("set-*-p16",),
        {16: 0.9},
    ),
    Path(
        "http",
        "HTTP: `GET /v1/keyspaces/0/keys/k`, kept alive (`wrk`); one shard, embedded, nothing on disk",
        {"slotferry": lambda launcher: servers.slotferry_up(launcher, *servers.EPHEMERAL_SHARD)},
        ("*",),
        {1: 25.0},
        loads.HTTP,
    ),
)
