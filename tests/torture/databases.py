"""The two stores: killed, started again, and read without the hub's help."""

import contextlib
import csv
import importlib.machinery
import importlib.util
import io
import json
import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

THROWAWAY = Path(__file__).resolve().parents[1] / "support" / "throwaway_postgres"
GONE_WITHIN_S = 30
COMMIT_WITHIN_S = 10

REPORT_FIELDS = """run_id, event_offset, worker, seq, round, phase, started_at, duration_s, cpu_j, gpu_j,
 ram_j, machine_j, cpu_source, gpu_source, ram_source, machine_source, num_examples, metrics, bytes_sent,
 bytes_received, round_complete, reported_intensity_g_per_kwh"""
WHOLE = {"event_offset", "seq", "round", "num_examples", "bytes_sent", "bytes_received"}
REAL = {"duration_s", "cpu_j", "gpu_j", "ram_j", "machine_j", "reported_intensity_g_per_kwh"}


class SqliteDatabase:
    """It dies with the hub, which it is a part of."""

    name = "sqlite"
    has_server = False

    def __init__(self, folder):
        self._path = folder / "hub.db"
        self.url = f"sqlite:{self._path}"

    def hold_commits(self):
        """A commit that begins from now on does not come to its end before release() is called."""
        connection = sqlite3.connect(self._path, timeout=GONE_WITHIN_S, check_same_thread=False)
        connection.execute("BEGIN IMMEDIATE")

        def release():
            connection.rollback()
            connection.close()
        return release

    def await_write(self):
        """Returns when a commit has begun to write to the disk, which is to this file."""
        path = Path(f"{self._path}-wal")
        deadline = time.monotonic() + COMMIT_WITHIN_S
        before = self._changed(path)
        while self._changed(path) == before and time.monotonic() < deadline:
            pass

    @staticmethod
    def _changed(path):
        with contextlib.suppress(OSError):
            status = path.stat()
            return status.st_mtime_ns, status.st_size
        return None

    def counts(self):
        """(run's name, worker) to (number of its reports, highest seq)."""
        rows = self._query("SELECT name, worker, count(*), max(seq) FROM reports JOIN runs USING (run_id)"
                           " GROUP BY name, worker")
        return {(name, worker): (count, highest) for name, worker, count, highest in rows}

    def runs(self):
        return dict(self._query("SELECT name, run_id FROM runs"))

    def offsets(self, run_id):
        return [row[0] for row in self._query(
            "SELECT event_offset FROM reports WHERE run_id = ?1"
            " UNION ALL SELECT event_offset FROM events WHERE run_id = ?1 ORDER BY 1", run_id)]

    def reports(self, run_id):
        names = [name.strip() for name in REPORT_FIELDS.split(",")]
        for row in self._query(f"SELECT {REPORT_FIELDS} FROM reports WHERE run_id = ?1"
                               " ORDER BY event_offset", run_id):
            report = dict(zip(names, row))
            if report["round_complete"] is not None:
                report["round_complete"] = bool(report["round_complete"])
            report["metrics"] = json.loads(report["metrics"])
            yield report

    def save_evidence(self, folder):
        """The database lies in the folder already."""

    def dispose(self):
        pass

    def _query(self, sql, *parameters):
        with contextlib.closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True,
                                                timeout=GONE_WITHIN_S)) as connection:
            return connection.execute(sql, parameters).fetchall()


class PostgresDatabase:
    """A server of our own, which fsyncs."""

    name = "postgresql"
    has_server = True

    def __init__(self, folder):
        del folder  # root's server, which runs as another user, could not enter it
        throwaway = _load_throwaway()
        self._server = throwaway.Server(Path(tempfile.mkdtemp(prefix="fedwatt-torture-postgres-")))
        self._guard = throwaway.Guard(self._server)  # removes it even if we are killed
        self.url = self._server.start(durable=True)

    @property
    def port(self):
        return int(self.url.rpartition(":")[2].partition("/")[0])

    def url_through(self, port):
        return self.url.replace(f":{self.port}/", f":{port}/")

    def kill(self, how, random):
        """'immediate' is pg_ctl's; 'kill' sends SIGKILL to the postmaster and all its processes, in
        any order; 'backend' to one of the latter, whereupon the server throws all of them out."""
        if how == "immediate":
            self._server.stop(immediate=True)
            return
        postmaster = self._postmaster()
        family = _children(postmaster)
        if how == "backend":
            self._signal(random.choice(family))
            return
        family = [*family, postmaster]
        random.shuffle(family)
        for process in family:
            self._signal(process)
        deadline = time.monotonic() + GONE_WITHIN_S
        while any(_alive(process) for process in family):
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL lives on after SIGKILL")
            time.sleep(0.01)
        (self._server.data / "postmaster.pid").unlink(missing_ok=True)

    def start(self):
        self._server.start(durable=True)

    def await_ready(self):
        """After one of its processes was killed it recovers by itself."""
        deadline = time.monotonic() + GONE_WITHIN_S
        while subprocess.run(["psql", "-X", "-q", self.url, "-c", "SELECT"], check=False,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL does not recover")
            time.sleep(0.05)

    def hold_commits(self):
        """A commit that begins from now on does not come to its end before release() is called."""
        session = subprocess.Popen(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self.url],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        session.stdin.write("BEGIN; LOCK TABLE reports, events IN EXCLUSIVE MODE;\n\\echo held\n")
        session.stdin.flush()
        session.stdout.readline()

        def release():
            session.communicate()  # its end rolls back
        return release

    def counts(self):
        rows = self._query("SELECT name, worker, count(*), max(seq) FROM reports JOIN runs USING (run_id)"
                           " GROUP BY name, worker")
        return {(row["name"], row["worker"]): (int(row["count"]), int(row["max"])) for row in rows}

    def runs(self):
        return {row["name"]: row["run_id"] for row in self._query("SELECT name, run_id FROM runs")}

    def offsets(self, run_id):
        return [int(row["event_offset"]) for row in self._query(
            f"SELECT event_offset FROM reports WHERE run_id = '{run_id}'"
            f" UNION ALL SELECT event_offset FROM events WHERE run_id = '{run_id}' ORDER BY 1")]

    def reports(self, run_id):
        fields = REPORT_FIELDS.replace("started_at", """to_char(started_at AT TIME ZONE 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS started_at""")
        for row in self._query(f"SELECT {fields} FROM reports WHERE run_id = '{run_id}'"
                               " ORDER BY event_offset"):
            yield {name: _value(name, text) for name, text in row.items()}

    def save_evidence(self, folder):
        """Before the server goes, with all that it holds."""
        (folder / "postgres.log").write_bytes(self._server.log.read_bytes())
        for table in ("runs", "reports", "events"):
            with contextlib.suppress(subprocess.CalledProcessError):
                rows = self._psql(f"SELECT * FROM {table}")
                (folder / f"{table}.csv").write_text(rows)

    def dispose(self):
        self._guard.finish()

    def _query(self, sql):
        return csv.DictReader(io.StringIO(self._psql(sql)))

    def _psql(self, sql):
        done = subprocess.run(["psql", "-X", "-q", "--csv", "-P", "null=\\N", self.url, "-c", sql],
                              check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        return done.stdout

    def _postmaster(self):
        return int((self._server.data / "postmaster.pid").read_text().split()[0])

    @staticmethod
    def _signal(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _load_throwaway():
    loader = importlib.machinery.SourceFileLoader("throwaway_postgres", str(THROWAWAY))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def _children(process):
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _alive(process):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _value(name, text):
    if text == "\\N":
        return None
    if name in WHOLE:
        return int(text)
    if name in REAL:
        return float(text)
    if name == "round_complete":
        return text == "t"
    return json.loads(text) if name == "metrics" else text
