"""Thousands of connections at once, and what they cost the hub."""

import contextlib
import json
import os
import re
import resource
import socket
import struct
import warnings
from pathlib import Path

from hub import until
from raw_socket import CLOSE, TEXT, frame, handshake_request, open_socket

SPARE_DESCRIPTORS = 200  # of this process and of the hub, for everything else


def memory_bytes(hub):
    """What the hub has in memory now, without what the kernel holds for it."""
    status = Path(f"/proc/{hub.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def connections(hub):
    """How many connections the hub holds a descriptor of, whether the other end is there or not."""
    held = set()
    for descriptor in Path(f"/proc/{hub.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            held.add(os.readlink(descriptor))
    count = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state, *_, inode = line.split()[:10]
        listens, port = state == "0A", int(local.rpartition(":")[2], 16)
        count += port == hub.port and not listens and f"socket:[{inode}]" in held
    return count


def until_connections(hub, count):
    until(lambda: connections(hub) == count, f"{count} open connections of the hub")


def as_many_as_allowed(wanted):
    """`wanted`, or what the limit of descriptors leaves of it; then it says so."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(wanted, hard - SPARE_DESCRIPTORS)
    if count < wanted:
        warnings.warn(f"{count} connections instead of {wanted}: RLIMIT_NOFILE is {hard}")
    return count


def says(*messages):
    return b"".join(frame(TEXT, json.dumps(message).encode()) for message in messages)


VIEWER_SAYS = handshake_request("/v1/viewer") + says({"type": "hello", "name": "one of many"})


def worker_says(run, name):
    return handshake_request("/v1/worker") + says({"type": "hello", "run": run, "worker": name})


def connect(hub, opening=b"", receive_buffer=None):
    """A connection that has said something, and read nothing yet."""
    connection = open_socket(hub, receive_buffer)
    connection.sendall(opening)
    return connection


def read_until(connection, mark):
    """Reads until something was said, or the end."""
    data = b""
    with contextlib.suppress(ConnectionError):
        while mark not in data and (chunk := connection.recv(65536)):
            data += chunk
    return data


def read_to_end(connection):
    return read_until(connection, b"\0never\0")


def reset(connection):
    """Goes without a goodbye: TCP's, neither."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def close_well(connection):
    connection.sendall(frame(CLOSE, struct.pack("!H", 1000)))
    read_to_end(connection)
    connection.close()
