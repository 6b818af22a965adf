"""A hub whose store is not there yet waits for it, says so, and goes on by itself."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import websockets

from hub import PROGRAM, STOP_LIMIT_S, TIMEOUT_S, Hub, clean_environment, until
from peers import Worker

SQL = Path(__file__).resolve().parents[2] / "sql"


@pytest.fixture
def waiting_hub(tmp_path):
    """Makes hubs that wait: on a port that was free a moment ago."""
    hubs = []

    def make(database, *options, user=None):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        hub = Hub(database, tmp_path / f"waiting-{len(hubs)}.log", options)
        hubs.append(hub)
        hub.launch(port, user)
        return hub

    yield make
    for hub in hubs:
        hub.dispose()


def answers(hub, path):
    """Status and body, or None while nobody listens."""
    with contextlib.suppress(OSError):
        return hub.get(path)[:2]
    return None, ""


async def is_sent_away(hub):
    async with websockets.connect(f"ws://127.0.0.1:{hub.port}/v1/worker") as socket_:
        with contextlib.suppress(websockets.ConnectionClosed):
            await socket_.recv()
        return socket_.close_code


async def goes_on(hub):
    hub.until_up()
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1)
    assert len(hub.log_lines("the store is there")) == 1


async def test_postgresql_that_comes_later(waiting_hub, own_postgres):
    own_postgres.stop()
    hub = waiting_hub(own_postgres.url)
    until(lambda: answers(hub, "/readyz")[0] == 503, "readyz 503")
    assert "cannot be reached" in answers(hub, "/readyz")[1]
    assert answers(hub, "/healthz")[0] == 200
    assert answers(hub, "/api/v1/runs")[0] == 503
    assert await is_sent_away(hub) == 1001
    assert len(hub.log_lines("waiting for it")) == 1
    own_postgres.start()
    await goes_on(hub)


async def test_sqlite_that_is_read_only(waiting_hub, make_hub):
    with tempfile.TemporaryDirectory(prefix="fedwatt-e2e-") as name:
        folder = Path(name)
        make_hub(f"sqlite:{folder}/hub.db").stop()

        def allow(files, folders):
            for file in folder.iterdir():
                file.chmod(files)
            folder.chmod(folders)

        allow(0o444, 0o555)
        # Root may write everywhere.
        hub = waiting_hub(f"sqlite:{folder}/hub.db", user="nobody" if os.geteuid() == 0 else None)
        until(lambda: answers(hub, "/readyz")[0] == 503, "readyz 503")
        allow(0o666, 0o777)
        await goes_on(hub)
        hub.stop()


def test_its_patience_ends(tmp_path):
    begun = time.monotonic()
    done = subprocess.run([PROGRAM, "--listen", "127.0.0.1:0", "--wait-for-store", "1",
                           "--database", f"sqlite:{tmp_path}/nowhere/hub.db"],
                          capture_output=True, text=True, timeout=TIMEOUT_S, env=clean_environment())
    assert done.returncode == 1 and time.monotonic() - begun >= 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("fedwatt-hub: ") and "nowhere does not exist" in last, done.stderr
    assert "listening" not in done.stdout


@pytest.mark.parametrize("database", ["mysql://localhost/fedwatt", "postgresql://fedwatt@127.0.0.1:none/fedwatt"])
def test_an_address_that_can_never_work_is_not_waited_for(database):
    done = subprocess.run([PROGRAM, "--listen", "127.0.0.1:0", "--wait-for-store", "3600", "--database", database],
                          capture_output=True, text=True, timeout=TIMEOUT_S, env=clean_environment())
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_while_it_waits(waiting_hub, tmp_path, number):
    hub = waiting_hub(f"sqlite:{tmp_path}/nowhere/hub.db")
    until(lambda: answers(hub, "/readyz")[0] == 503, "readyz 503")
    hub.stop(number)


# ---- a migration that was interrupted -----------------------------------------------------------


def psql(url, statement):
    return subprocess.run(["psql", "-q", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c", statement],
                          check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


async def test_a_migration_of_postgresql_interrupted_half_way(waiting_hub, postgres_database):
    """The hub is killed in the middle of migration 3: after 2, and with a part of 3 done."""
    url = postgres_database
    subprocess.run(["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", url, "-f", SQL / "postgresql" / "0001_event_log.sql"],
                   check=True)
    psql(url, "INSERT INTO schema_migrations (version, name, applied_at) VALUES (1, 'event_log', now())")
    hubs_backend = ("FROM pg_stat_activity WHERE application_name = 'fedwatt-hub' AND datname = current_database()")
    holder = subprocess.Popen(["psql", "-q", "-X", "-A", "-t", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    try:
        holder.stdin.write("BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        hub = waiting_hub(url)
        until(lambda: psql(url, f"SELECT count(*) {hubs_backend} AND wait_event_type = 'Lock'"
                                " AND query LIKE '%add_words%'") == "1", "the hub in the middle of it")
        hub.kill()
    finally:
        holder.stdin.close()
        holder.stdout.close()
        holder.wait(TIMEOUT_S)
    until(lambda: psql(url, f"SELECT count(*) {hubs_backend}") == "0", "the end of its connection")
    assert psql(url, "SELECT string_agg(version::text, ',' ORDER BY version) FROM schema_migrations") == "1,2"
    assert psql(url, "SELECT count(*) FROM pg_proc WHERE proname = 'add_words'") == "0", "nothing is half applied"
    hub.launch(hub.port)
    hub.until_up()
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1)
    newest = max(int(path.name[:4]) for path in (SQL / "postgresql").glob("*.sql"))
    assert psql(url, "SELECT count(*) FROM schema_migrations") == str(newest)


async def test_a_migration_of_postgresql_that_has_to_wait(waiting_hub, postgres_database):
    """Somebody reads the tables while the hub starts: it migrates as soon as they are free."""
    url = postgres_database
    subprocess.run(["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", url, "-f", SQL / "postgresql" / "0001_event_log.sql"],
                   check=True)
    psql(url, "INSERT INTO schema_migrations (version, name, applied_at) VALUES (1, 'event_log', now())")
    reader = subprocess.Popen(["psql", "-q", "-X", "-A", "-t", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    try:
        reader.stdin.write("BEGIN; SELECT 'read' FROM (SELECT count(*) FROM reports) AS all_reports;\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "read\n"
        hub = waiting_hub(url)
        until(lambda: answers(hub, "/readyz")[0] == 503, "readyz 503")
        assert "lock" in answers(hub, "/readyz")[1]
    finally:
        reader.stdin.close()
        reader.stdout.close()
        reader.wait(TIMEOUT_S)
    await goes_on(hub)


async def test_a_migration_of_sqlite_interrupted(waiting_hub, tmp_path):
    path = tmp_path / "hub.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.executescript((SQL / "sqlite" / "0001_event_log.sql").read_text())
        other.execute("INSERT INTO schema_migrations VALUES (1, 'event_log', '2026-01-01T00:00:00.000Z')")
        other.execute("BEGIN IMMEDIATE")
        hub = waiting_hub(f"sqlite:{path}")
        until(lambda: answers(hub, "/readyz")[0] == 503, "readyz 503")
        assert "is locked by another program" in answers(hub, "/readyz")[1]
        hub.kill()
        other.rollback()
        assert other.execute("SELECT max(version) FROM schema_migrations").fetchone() == (1,)
    hub.launch(hub.port)
    hub.until_up()
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1)
