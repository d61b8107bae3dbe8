"""A small client of Redis' protocol, to prepare data and to ask servers how they are."""

import itertools
import socket

BATCH_COMMANDS = 1000
TIMEOUT_SECONDS = 120


class ErrorReply(Exception):
    """The server's own words."""


def encode(command):
    """One command, of parts that are texts, numbers or bytes."""
    parts = [part if isinstance(part, bytes) else str(part).encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


class Client:
    """One connection; a context manager."""

    def __init__(self, port, seconds=TIMEOUT_SECONDS):
        self._socket = socket.create_connection(("127.0.0.1", port), seconds)
        self._replies = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._replies.close()
        self._socket.close()

    def call(self, *command):
        """The reply: bytes, a number, a list or None."""
        self._socket.sendall(encode(command))
        return self.read()

    def send_all(self, commands):
        """Sends many commands, pipelined, and drops their replies."""
        commands = iter(commands)
        while batch := list(itertools.islice(commands, BATCH_COMMANDS)):
            self._socket.sendall(b"".join(map(encode, batch)))
            for _ in batch:
                self.read()

    def read(self):
        line = self._replies.readline()
        if not line:
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            raise ErrorReply(rest.decode(errors="replace"))
        if kind == b":":
            return int(rest)
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self._replies.read(size + 2)[:-2]
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        raise ConnectionError(f"not a reply: {line!r}")


def answers(port, *command):
    """Whether a server at the port answers the command without an error."""
    try:
        with Client(port) as client:
            client.call(*command)
            return True
    except (OSError, ErrorReply):
        return False
