"""The hub and its peers: how each is started on a database of its own."""

import contextlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .processes import Failure, Server

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build/bench/bin"
PEERS = ROOT / "build/bench-peers"

hub_program = BIN / "fedwatt-hub"


class Postgres:
    """The throwaway server, named by its URL; a fresh database for each measurement."""

    def __init__(self, url):
        self._url = url
        self._count = 0
        self.pid = int(self.ask("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"))

    def ask(self, sql, database=None):
        done = subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql, database or self._url],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()

    @contextlib.contextmanager
    def database(self):
        self._count += 1
        name = f"bench_{self._count}"
        self.ask(f"CREATE DATABASE {name}")
        try:
            yield self._url.rsplit("/", 1)[0] + "/" + name
        finally:
            self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            self.ask("CHECKPOINT")  # so that what one has written does not burden the next


@dataclass
class Contender:
    name: str
    arguments: tuple  # of the peer; of none for the hub
    dialect: str = "plain"

    def start(self, database):
        if not self.arguments:
            return start_hub(database)
        program, *options = self.arguments
        return Server(["node", program, "0", database, *options], folder=PEERS,
                      environment={"NODE_ENV": "production"})


def start_hub(database):
    return Server([hub_program, "--listen", "127.0.0.1:0", "--database", database,
                   "--max-connections", "20000", "--log-level", "error"])


HUB = Contender("fedwatt-hub", ())
SOCKET_IO = Contender("Socket.IO 4 + pg, an INSERT each", ("socketio.js",), "socket.io")
SOCKET_IO_COALESCED = Contender("Socket.IO 4 + pg, batched, coalesced",
                                ("socketio.js", "--coalesced"), "socket.io")
WS = Contender("ws + pg, batched, coalesced, frame shared", ("ws.js",))


def available_peers():
    """Installs the peers' packages into build/. None, and a line that says so, where that fails."""
    source = ROOT / "bench/peers"
    PEERS.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        shutil.copy2(file, PEERS / file.name)
    lock = PEERS / "node_modules/.package-lock.json"
    if not lock.exists() or lock.stat().st_mtime < (PEERS / "package-lock.json").stat().st_mtime:
        try:
            subprocess.run(["npm", "ci", "--omit=dev", "--ignore-scripts"], cwd=PEERS, check=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True)
        except FileNotFoundError:
            print("The peers are left out: there is no npm (Node 20 brings it).", flush=True)
            return []
        except subprocess.CalledProcessError as problem:
            print("The peers are left out: npm could not install their packages: "
                  + problem.stderr.strip()[-300:], flush=True)
            return []
    return [WS, SOCKET_IO_COALESCED, SOCKET_IO]
