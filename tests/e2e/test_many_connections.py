"""Ten thousand connections, one after another and at once: nothing leaks, nobody else waits."""

import threading

import pytest

from hub import TIME_FACTOR
from raw_socket import handshake_request
from swarm import (VIEWER_SAYS, as_many_as_allowed, close_well, connect, memory_bytes, read_until, reset,
                   says, until_connections, worker_says)

SANITIZED = TIME_FACTOR > 1  # then memory is not what it is, and the sanitizer looks for leaks
AT_ONCE = 500
IDLE_BYTES = 12_000  # what a connection may cost that says nothing


def come_and_go(hub, count):
    """Workers and viewers connect and leave in every way there is."""
    for first in range(0, count, AT_ONCE):
        there = []
        for i in range(first, first + AT_ONCE):
            opening = VIEWER_SAYS if i % 2 else worker_says("churn", f"w{i % 100}")
            unfinished = {8: b"", 9: handshake_request()[:-2]}.get(i % 10)
            there.append(connect(hub, opening if unfinished is None else unfinished))
        for i, connection in enumerate(there):
            if i % 10 < 5:
                read_until(connection, b'"welcome"')
            if i % 10 < 2:
                close_well(connection)
            elif i % 2:
                reset(connection)
            else:
                connection.close()


class Bystander:
    """A worker that reports and waits for the ack, again and again, as long as it is let."""

    def __init__(self, hub):
        self.acked = 0
        self._connection = connect(hub, worker_says("bystanders", "w"))
        read_until(self._connection, b'"welcome"')
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self):
        while not self._enough.is_set():
            self._connection.sendall(says({
                "type": "report", "seq": self.acked + 1, "round": 1, "phase": "fit", "duration_s": 1.0,
                "started_at": "2026-01-01T00:00:00.000Z"}))
            if not read_until(self._connection, b'"ack"'):
                return
            self.acked += 1

    def stop(self):
        self._enough.set()
        self._thread.join()
        self._connection.close()


@pytest.mark.sanitize
def test_ten_thousand_connects_and_disconnects(hub):
    come_and_go(hub, 2_000 if not SANITIZED else AT_ONCE)
    until_connections(hub, 0)
    memory = memory_bytes(hub)
    bystander = Bystander(hub)
    try:
        come_and_go(hub, 10_000 if not SANITIZED else 1_000)
    finally:
        bystander.stop()
    assert bystander.acked >= 100, "somebody had to wait"
    until_connections(hub, 0)
    grown = memory_bytes(hub) - memory
    print(f"{bystander.acked} reports meanwhile; memory {memory >> 10} kB, then {grown >> 10} kB more")
    stored_reports = 400 * bystander.acked  # which stay in memory
    assert SANITIZED or grown < (5 << 20) + stored_reports


def test_ten_thousand_idle_connections(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--peer-silent", "3600")
    count = as_many_as_allowed(9_990)
    until_connections(hub, 0)
    memory = memory_bytes(hub)
    idle = [connect(hub, VIEWER_SAYS) for _ in range(count)]
    for connection in idle:
        assert b'"welcome"' in read_until(connection, b'"welcome"')
    per_connection = (memory_bytes(hub) - memory) / count
    print(f"{count} idle connections: {per_connection:.0f} bytes each")
    assert per_connection < IDLE_BYTES
    until_connections(hub, count)
    assert hub.get("/healthz")[0] == 200
    worker = connect(hub, worker_says("digits", "w"))
    assert b'"welcome"' in read_until(worker, b'"welcome"')
    for connection in [worker, *idle]:
        reset(connection)
    until_connections(hub, 0)
    assert hub.get("/healthz")[0] == 200
