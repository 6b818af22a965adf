"""`fedwatt-hub prune`: first what it would do, then what is kept is kept, and the rest is gone."""

import csv
import json
import os
import sqlite3
import subprocess

import pytest

from hub import PROGRAM, TIMEOUT_S, clean_environment
from peers import Viewer, Worker

ENERGY = {"energy_j": {"cpu": 3.6e6}, "intensity_g_per_kwh": 100.0, "num_examples": 10}


def prune(database, *arguments):
    return subprocess.run([PROGRAM, "prune", "--database", database, *map(str, arguments)], capture_output=True,
                          text=True, timeout=TIMEOUT_S, env=clean_environment())


async def two_runs(hub, reports=5):
    """One that has ended, with a command in its audit, and one that goes on."""
    old = await Worker("old", "w").join(hub)
    for number in range(1, reports + 1):
        await old.report_and_ack(number, metrics={"accuracy": number / 1000}, **ENERGY)
    viewer = await (await Viewer(name="ada").join(hub)).watch("old")
    await viewer.send({"type": "command", "id": "c-1", "run": "old", "action": "stop", "reason": "it is enough"})
    await old.ordered("stop")
    await old.acknowledge("stopped", reports)
    await old.bye()
    new = await Worker("new", "w").join(hub)
    await new.report_and_ack(1, metrics={"accuracy": 0.5}, **ENERGY)
    return old.run_id, new.run_id


async def test_old_runs_are_kept_in_a_folder_and_removed(make_hub, database, tmp_path):
    hub = make_hub(database)
    old, new = await two_runs(hub)
    shown = hub.json(f"/api/v1/runs/{old}")
    rounds = hub.get(f"/api/v1/runs/{old}/rounds?format=csv")[1]
    log = [json.loads(line) for line in hub.get(f"/api/v1/runs/{old}/events")[1].splitlines()]
    others = hub.json(f"/api/v1/runs/{new}/rounds")
    archive = tmp_path / "archive"

    # Beside a running hub it does nothing.
    beside = prune(database, "--older-than", "0s", "--archive", archive, "--yes")
    assert beside.returncode == 1 and "stop it" in beside.stderr and not archive.exists()
    hub.stop()

    # First it only says what it would do.
    dry = prune(database, "--older-than", "0s", "--run", "old", "--archive", archive)
    assert dry.returncode == 0 and not archive.exists()
    assert old in dry.stdout and new not in dry.stdout
    assert "stopped" in dry.stdout and "5 reports, 1 commands" in dry.stdout and "1 of 2 runs" in dry.stdout
    assert "0 of 2 runs" in prune(database, "--older-than", "1d").stdout

    done = prune(database, "--older-than", "0s", "--run", "old", "--archive", archive, "--yes")
    assert done.returncode == 0 and f"removed {old}" in done.stdout, done.stderr
    kept = archive / old
    assert sorted(os.listdir(archive)) == [old]
    assert json.loads((kept / "run.json").read_text()) == shown
    assert (kept / "rounds.csv").read_bytes().decode() == rounds
    assert len(list(csv.DictReader(rounds.splitlines()))) == 5
    events = [json.loads(line) for line in (kept / "events.jsonl").read_text().splitlines()]
    assert events == [event for event in log if event["kind"] != "report_received"]
    [command] = [event for event in events if event["kind"] == "command_issued"]
    assert command["fields"]["issued_by"] == "ada" and "it is enough" in json.dumps(command)

    hub.start()
    assert [run["run_id"] for run in hub.json("/api/v1/runs")] == [new]
    assert hub.get(f"/api/v1/runs/{old}")[0] == 404
    assert hub.json(f"/api/v1/runs/{new}/rounds") == others


async def test_the_whole_log_or_only_the_audit(make_hub, sqlite_database, tmp_path):
    hub = make_hub(sqlite_database)
    old, new = await two_runs(hub)
    log = hub.get(f"/api/v1/runs/{old}/events")[1]
    hub.stop()
    for keep, run in (("log", old), ("audit", new)):
        assert prune(sqlite_database, "--older-than", "0s", "--run", run, "--keep", keep, "--archive", tmp_path / "kept",
                     "--yes").returncode == 0
    assert (tmp_path / "kept" / old / "events.jsonl").read_text() == log
    assert os.listdir(tmp_path / "kept" / new) == ["events.jsonl"]
    hub.start()
    assert hub.json("/api/v1/runs") == []


async def test_the_space_is_given_back(make_hub, sqlite_database, tmp_path):
    hub = make_hub(sqlite_database)
    worker = await Worker("big", "w").join(hub)
    for number in range(1, 2_001):
        await worker.report(number % 50, metrics={f"m{i}": 0.1 for i in range(20)}, **ENERGY)
    await worker.all_acked()
    await worker.bye()
    hub.stop()
    path = sqlite_database.removeprefix("sqlite:")
    before = os.path.getsize(path)
    assert before > 500_000
    assert prune(sqlite_database, "--older-than", "0s", "--archive", tmp_path / "kept", "--yes").returncode == 0
    assert os.path.getsize(path) < before / 5
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    hub.start()


async def test_a_folder_that_cannot_be_written_removes_nothing(make_hub, sqlite_database, tmp_path):
    hub = make_hub(sqlite_database)
    runs = await two_runs(hub)
    hub.stop()
    file = tmp_path / "file"
    file.write_text("")
    done = prune(sqlite_database, "--older-than", "0s", "--archive", file / "below", "--yes")
    assert done.returncode == 1 and f"{runs[0]} stays" in done.stderr, (done.stdout, done.stderr)
    hub.start()
    assert [run["run_id"] for run in hub.json("/api/v1/runs")] == list(runs)


@pytest.mark.parametrize("arguments, says", [
    ([], "--older-than"),
    (["--older-than", "soon"], "soon is not an age"),
    (["--older-than", "180"], "180 is not an age"),
    (["--older-than", "-1d"], "is not an age"),
    (["--older-than", "1d", "--yes"], "--archive FOLDER"),
    (["--older-than", "1d", "--keep", "nothing"], "--keep"),
    (["--older-than", "1d", "--jes"], "--jes"),
])
def test_mistakes(sqlite_database, arguments, says):
    done = prune(sqlite_database, *arguments)
    assert done.returncode == 2 and says in done.stderr, done.stderr
