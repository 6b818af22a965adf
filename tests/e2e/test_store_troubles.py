"""A store that cannot be written for a while: everybody is told, nothing is lost, and it goes on by itself."""

import asyncio
import contextlib
import os
import resource
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest

from conftest import PostgresServer
from hub import TIMEOUT_S
from metrics import metrics_of
from peers import Viewer, Worker
from test_durability import ENERGY, assert_everything_counted_once, until_http


async def go_through(hub, begin, end, says):
    """An outage of the store under a hub with a worker and a viewer, from its begin to its end."""
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    for number in range(1, 11):
        await worker.report_and_ack(number, metrics={"accuracy": 0.5}, **ENERGY)
    await viewer.round_closed(worker.run_id, 10)
    process = hub.process.pid

    await asyncio.to_thread(begin)
    last = 10
    while not worker.store:
        for _ in range(30):
            last += 1
            await worker.report(last, metrics={"accuracy": 0.5}, **ENERGY)
        # A file that may not grow has some room left in it.
        await worker.until(lambda: worker.store or worker.acked == worker.seq, "acks or trouble")
    await viewer.until(lambda: viewer.store and says in viewer.store[-1]["message"], f"told of {says}")
    await worker.until(lambda: worker.store and says in worker.store[-1]["message"], f"told of {says}")
    for peer in viewer, worker:
        assert {each["state"] for each in peer.store} == {"unavailable"}
        assert len({each["since"] for each in peer.store}) == 1 and peer.store[0]["since"]
    status, body, _ = hub.get("/readyz")
    assert status == 503 and says in body, body
    assert hub.get("/healthz")[0] == 200
    assert metrics_of(hub)["fedwatt_store_ready"] == 0
    # A frame that is answered at once, with no store: all acks that were to come have come.
    await worker.send({"type": "nonsense"})
    await worker.error("unknown_type")
    assert worker.acked < worker.seq
    late = await Viewer("late").join(hub)
    await late.until(lambda: late.store, "told after its welcome")

    await asyncio.to_thread(end)
    await worker.all_acked()
    for peer in viewer, worker, late:
        await peer.until(lambda: peer.store[-1]["state"] == "ready", "told that it is over")
    await viewer.round_closed(worker.run_id, last)
    await until_http(hub.ready, "readyz 200")
    await worker.report_and_ack(last + 1, metrics={"accuracy": 0.5}, **ENERGY)
    assert_everything_counted_once(hub, worker.run_id, [worker])
    assert hub.process.pid == process and hub.process.poll() is None
    assert len(hub.log_lines("trying again")) == 1, "said once"
    assert len(hub.log_lines("the store is back")) == 1
    after = metrics_of(hub)
    assert after["fedwatt_store_ready"] == after["fedwatt_store_outages_total"] == 1
    assert after["fedwatt_reports_total"] == len(worker.sent)
    await worker.bye()
    hub.restart()
    assert_everything_counted_once(hub, worker.run_id, [worker])


# ---- a disk that is full ------------------------------------------------------------------------


@pytest.fixture
def small_disk():
    """A file system with little room, for those who may mount one."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder = Path(tempfile.mkdtemp(prefix="fedwatt-e2e-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=192m,mode=755", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        folder.rmdir()
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


def fill(disk):
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        for size in (1 << 20, 4096):
            with contextlib.suppress(OSError):
                while True:
                    filler.write(bytes(size))


async def test_sqlite_on_a_full_disk(make_hub, small_disk):
    hub = make_hub(f"sqlite:{small_disk}/hub.db")
    await go_through(hub, lambda: fill(small_disk), (small_disk / "filler").unlink, "is full: make room")
    hub.stop()


async def test_sqlite_that_may_grow_no_more(make_hub, tmp_path):
    """As on a disk with a quota; the signal that comes with the limit must not end the hub."""
    hub = make_hub(f"sqlite:{tmp_path}/hub.db")
    unlimited = resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE)

    def begin():
        written = (tmp_path / "hub.db-wal").stat().st_size
        assert written > 65536, "more than its log will have"
        resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (written, unlimited[1]))

    await go_through(hub, begin,
                     lambda: resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, unlimited),
                     "takes no more: make room")


async def test_postgresql_on_a_full_disk(make_hub, small_disk):
    server = PostgresServer(small_disk)
    try:
        hub = make_hub(server.start().url)
        await go_through(hub, lambda: fill(small_disk), (small_disk / "filler").unlink, "No space left on device")
        hub.stop()
    finally:
        server.dispose()


# ---- other troubles -----------------------------------------------------------------------------


async def test_sqlite_locked_by_another_program(make_hub, tmp_path):
    hub = make_hub(f"sqlite:{tmp_path}/hub.db")
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None, check_same_thread=False)
    with contextlib.closing(other):
        await go_through(hub, lambda: other.execute("BEGIN IMMEDIATE"), other.rollback,
                         "is locked by another program")


def sql(url, statement):
    done = subprocess.run(["psql", "-q", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c", statement],
                          check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout.strip()


DISCONNECT = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              " WHERE application_name = 'fedwatt-hub' AND datname = '{}'")


async def test_postgresql_that_becomes_read_only(make_hub, shared_postgres, postgres_database):
    name = postgres_database.rpartition("/")[2]
    hub = make_hub(postgres_database)

    def begin():
        sql(shared_postgres, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        sql(shared_postgres, DISCONNECT.format(name))

    await go_through(hub, begin,
                     lambda: sql(shared_postgres, f"ALTER DATABASE {name} RESET default_transaction_read_only"),
                     "read-only")


async def test_postgresql_without_a_connection_to_spare(make_hub, own_postgres):
    sql(own_postgres.url, "ALTER SYSTEM SET max_connections = 8")
    sql(own_postgres.url, "CREATE ROLE guest LOGIN PASSWORD 'guest'")
    sql(own_postgres.url, "CREATE DATABASE shared OWNER guest")
    own_postgres.stop()
    own_postgres.start()
    url = f"postgresql://guest:guest@{own_postgres.url.rpartition('@')[2].rpartition('/')[0]}/shared"
    hub = make_hub(url)
    others = []

    def one_more():
        """Another program's connection; false if there is none to be had."""
        other = subprocess.Popen(["psql", "-q", "-X", "-A", "-t", url], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        others.append(other)
        with contextlib.suppress(BrokenPipeError):
            other.stdin.write("SELECT 'in';\n")
            other.stdin.flush()
        return other.stdout.readline() == "in\n"

    def begin():
        while one_more():
            pass
        sql(own_postgres.url, DISCONNECT.format("shared"))
        while one_more():  # what the hub had
            pass

    def end():
        while others:
            other = others.pop()
            with contextlib.suppress(BrokenPipeError):
                other.stdin.close()
            other.stdout.close()
            other.wait(TIMEOUT_S)

    try:
        await go_through(hub, begin, end, "connection")
    finally:
        end()
    hub.stop()


# ---- what is held meanwhile ---------------------------------------------------------------------


def memory_bytes(process):
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def test_a_flood_while_the_store_is_away(make_hub, tmp_path):
    """It is slowed down by TCP, the memory stays within the bound, and all of it is kept."""
    hub = make_hub(f"sqlite:{tmp_path}/hub.db")
    workers = [await Worker("digits", f"w{number}").join(hub) for number in range(4)]
    for worker in workers:
        await worker.report_and_ack(1, **ENERGY)
    before = memory_bytes(hub.process)
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    with contextlib.closing(other):
        other.execute("BEGIN IMMEDIATE")

        async def pour(worker):
            while True:
                await worker.send(*(worker.make_report(1, **ENERGY) for _ in range(200)))
        pouring = [asyncio.create_task(pour(worker)) for worker in workers]
        await until_http(lambda: metrics_of(hub)['fedwatt_paused_peers{endpoint="worker"}'] == 4, "all are slowed down")
        held = metrics_of(hub)
        limit = held['fedwatt_queue_limit_bytes{queue="uncommitted"}']
        assert limit <= held['fedwatt_queue_bytes{queue="uncommitted"}'] <= limit + 65536
        assert memory_bytes(hub.process) < before + 3 * limit
        newcomer = await Worker("digits", "late").connect(hub)
        await newcomer.send(newcomer.hello)
        assert await newcomer.until_closed() == 3001
        for task in pouring:
            task.cancel()
        await asyncio.gather(*pouring, return_exceptions=True)
        for worker in workers:
            worker.cut()  # in the middle of a frame, perhaps; they come back, as workers do
    await until_http(lambda: metrics_of(hub)['fedwatt_queue_bytes{queue="uncommitted"}'] == 0, "all is committed")
    for worker in workers:
        await worker.join(hub)
        missing = [each for seq, each in sorted(worker.sent.items()) if seq > worker.welcome["last_seq"]]
        for start in range(0, len(missing), 200):
            await worker.send(*missing[start:start + 200])
        await worker.all_acked()
    assert_everything_counted_once(hub, workers[0].run_id, workers)
    assert metrics_of(hub)['fedwatt_paused_peers{endpoint="worker"}'] == 0
    await newcomer.join(hub)
