"""Fixtures of the end-to-end tests: hubs, stores, and tests that are coroutines."""

import asyncio
import contextlib
import inspect
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from certificates import Authority  # noqa: E402
from hub import TIME_FACTOR, Hub  # noqa: E402
from peers import Peer  # noqa: E402

THROWAWAY_POSTGRES = Path(__file__).resolve().parents[1] / "support" / "throwaway_postgres"
TEST_LIMIT_S = 90 * TIME_FACTOR
DATABASE_NUMBERS = itertools.count(os.getpid())


def pytest_configure(config):
    config.addinivalue_line("markers", "sanitize: run in the sanitizer builds too")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs a test that is a coroutine, within a limit."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}

    async def run():
        try:
            await asyncio.wait_for(pyfuncitem.obj(**arguments), TEST_LIMIT_S)
        finally:
            while Peer.connected:
                Peer.connected.pop().cut()

    asyncio.run(run())
    return True


class PostgresServer:
    """A PostgreSQL of our own, which a test may stop and start."""

    def __init__(self, directory=None):
        self.directory = directory or tempfile.mkdtemp(prefix="fedwatt-e2e-postgres-")
        self.url = None

    def start(self):
        done = subprocess.run([THROWAWAY_POSTGRES, "start", self.directory], check=True, text=True,
                              stdout=subprocess.PIPE)
        self.url = done.stdout.strip()
        return self

    def stop(self, immediate=False):
        subprocess.run([THROWAWAY_POSTGRES, "stop", self.directory, *(["--immediate"] if immediate else [])],
                       check=True)

    def freeze(self):
        """It accepts and answers nothing from now on, but is not gone."""
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        for pid_file in Path(self.directory).rglob("postmaster.pid"):  # none while it is stopped
            parent = pid_file.read_text().split()[0]
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            for process in [parent, *children]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(process), number)

    def dispose(self):
        self.thaw()  # what is frozen cannot be stopped
        self.stop(immediate=True)
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture
def own_postgres():
    server = PostgresServer()
    try:
        yield server.start()
    finally:
        server.dispose()


@pytest.fixture(scope="session")
def shared_postgres():
    """The URL of a server for databases of single tests; CTest gives one, else we start one."""
    url = os.environ.get("FEDWATT_TEST_POSTGRES")
    if url:
        yield url
        return
    server = PostgresServer()
    try:
        yield server.start().url
    finally:
        server.dispose()


@pytest.fixture
def sqlite_database(tmp_path):
    return f"sqlite:{tmp_path}/hub.db"


@pytest.fixture
def postgres_database(shared_postgres):
    """A database of this test's own."""
    name = f"test_{next(DATABASE_NUMBERS)}"
    subprocess.run(["psql", "-q", "-X", shared_postgres, "-c", f"CREATE DATABASE {name}"], check=True)
    return shared_postgres.rpartition("/")[0] + "/" + name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """The URL of an empty database of either store."""
    return request.getfixturevalue({"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param])


@pytest.fixture
def make_hub(tmp_path):
    """Makes hubs that are stopped at the end of the test, and must stop well."""
    hubs = []

    # FEDWATT_E2E_TLS=1: the same tests over TLS.
    authority = Authority(tmp_path) if os.environ.get("FEDWATT_E2E_TLS") else None

    def make(database, *options):
        hub = Hub(database, tmp_path / f"hub-{len(hubs)}.log", options, authority)
        hubs.append(hub)
        return hub.start()

    yield make
    for hub in hubs:
        hub.dispose()


@pytest.fixture
def hub(make_hub, sqlite_database):
    """A hub on SQLite with the default rules."""
    return make_hub(sqlite_database)
