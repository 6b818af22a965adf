"""What no hub took is imported later: whole, and once, whatever dies meanwhile."""

import json
import os
import subprocess

import pytest

from hub import TIMEOUT_S, clean_environment, die_with_parent, until

VIEWER = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
WORKER = os.environ.get("FEDWATT_OFFLINE_WORKER_PROGRAM", "offline_worker")
NO_HUB = "ws://127.0.0.1:1"


class OfflineWorker:
    """A real worker of libfedwatt, whose file is at `path`."""

    def __init__(self, run, name, path, hub_url=NO_HUB, spool=None):
        self.path = path
        self.process = subprocess.Popen(
            [WORKER, hub_url, run, name, str(path), *([str(spool)] if spool else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent, env=clean_environment())

    def order(self, what, answer):
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == answer

    def train(self, rounds):
        self.order(rounds, "trained")
        return self

    def end(self):
        """Ends the training; returns what the library logged."""
        _, log = self.process.communicate(timeout=TIMEOUT_S)
        assert self.process.returncode == 0, log
        return log

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def lines(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()]

    def seqs(self):
        """Of the reports in the file; how many there are depends on how long gaps took."""
        return [each["seq"] for each in self.lines() if each["type"] == "report"]


def url_of(hub):
    return f"ws://127.0.0.1:{hub.port}"


def start_import(hub_url, *arguments):
    return subprocess.Popen([VIEWER, "import", "--json", "--hub", hub_url, *map(str, arguments)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            preexec_fn=die_with_parent, env=clean_environment())


def run_import(hub, *arguments, status=0):
    """What became of each file, and what was said on standard error."""
    process = start_import(url_of(hub), *arguments)
    out, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == status, (process.returncode, out, err)
    return [json.loads(line) for line in out.splitlines()], err


def counts(outcome):
    return outcome["reports_new"], outcome["reports_already_there"], outcome["reports_refused"]


def write_file(path, worker, rounds, run="digits"):
    """As libfedwatt writes it: two reports a round, 10 J each."""
    seq = 0
    with path.open("w") as file:
        def line(**message):
            file.write(json.dumps(message) + "\n")
        line(type="hello", run=run, worker=worker, session=f"session-of-{worker}", region="FR")
        for round_number in range(1, rounds + 1):
            for metrics in ({}, {"accuracy": 0.5}):
                seq += 1
                line(type="report", seq=seq, round=round_number, phase="fit", duration_s=1.0,
                     started_at="2026-01-01T00:00:00.000Z", energy_j={"cpu": 10.0}, metrics=metrics)
        line(type="bye", reason="finished")
    return path


@pytest.mark.sanitize
def test_a_worker_that_never_reached_a_hub(database, make_hub, tmp_path):
    worker = OfflineWorker("digits", "hospital-3", tmp_path / "hospital-3.jsonl").train(3)
    log = worker.end()
    assert f"fedwatt import {worker.path}" in log

    hub = make_hub(database)
    (outcome,), _ = run_import(hub, worker.path)
    reports = len(worker.seqs())
    assert reports >= 3
    assert counts(outcome) == (reports, 0, 0)
    snapshot = hub.json(f"/api/v1/runs/{outcome['run_id']}")
    assert snapshot["run"]["name"] == "digits"
    assert snapshot["run"]["state"] == "finished"
    assert [each["round"] for each in snapshot["rounds"]] == [1, 2, 3]
    for each in snapshot["rounds"]:
        assert each["energy_by_component"] == {"cpu": None, "gpu": None, "ram": None, "machine": 10.0}
        assert each["energy_sources"] == ["external:plug"]
    assert {each["kind"] for each in snapshot["events"]} >= {"import_started", "import_finished"}

    (again,), _ = run_import(hub, worker.path)
    assert counts(again) == (0, reports, 0)
    assert again["run_id"] == outcome["run_id"]
    assert len(hub.json("/api/v1/runs")) == 1
    hub.restart()
    after = hub.json(f"/api/v1/runs/{outcome['run_id']}")
    assert after["rounds"] == [{**each, "offset": now["offset"], "revision": now["revision"]}
                               for each, now in zip(snapshot["rounds"], after["rounds"])]
    assert after["run"]["energy_j"] == pytest.approx(30.0)


def test_two_files_in_one_command_are_one_run(hub, tmp_path):
    workers = [OfflineWorker("digits", name, tmp_path / name) for name in ("a", "b")]
    workers[0].train(3)
    workers[1].train(2)
    for each in workers:
        each.end()
    outcomes, _ = run_import(hub, *(each.path for each in workers))
    assert len({each["run_id"] for each in outcomes}) == 1
    rounds = hub.json(f"/api/v1/runs/{outcomes[0]['run_id']}/rounds")
    assert [each["energy_j"] for each in rounds] == [20.0, 20.0, 10.0]
    assert [each["workers_reported"] for each in rounds] == [2, 2, 1]


def test_rounds_wait_for_all_files_and_close_once(hub, tmp_path):
    files = [write_file(tmp_path / name, name, rounds) for name, rounds in (("a", 300), ("b", 400))]
    outcomes, _ = run_import(hub, *files)
    rounds = hub.json(f"/api/v1/runs/{outcomes[0]['run_id']}/rounds")
    assert len(rounds) == 400
    assert {each["revision"] for each in rounds} == {1}
    assert {each["closed_by"] for each in rounds[:300]} == {"all_reported"}
    assert {each["late_reports"] for each in rounds} == {0}


def test_what_the_worker_sent_itself_is_not_counted_again(make_hub, sqlite_database, tmp_path):
    hub = make_hub(sqlite_database)
    worker = OfflineWorker("digits", "a", tmp_path / "a.jsonl", url_of(hub)).train(2)
    worker.order("flush", "flushed")
    hub.kill()
    worker.train(3).end()

    hub.start()
    (run,) = hub.json("/api/v1/runs")
    (shown,) = hub.json(f"/api/v1/runs/{run['run_id']}")["workers"]
    assert shown["reports"] >= 2
    assert worker.lines()[0]["run_id"] == run["run_id"]
    assert worker.seqs()[0] == shown["last_seq"] + 1
    (outcome,), _ = run_import(hub, worker.path)
    assert counts(outcome) == (len(worker.seqs()), 0, 0)
    snapshot = hub.json(f"/api/v1/runs/{run['run_id']}")
    assert [each["energy_j"] for each in snapshot["rounds"]] == [10.0] * 5
    assert snapshot["workers"][0]["reports_missing"] == 0
    assert snapshot["run"]["state"] == "finished"


@pytest.mark.sanitize
def test_a_hub_killed_during_an_import(database, make_hub, tmp_path):
    hub = make_hub(database)
    rounds = 1_500
    files = [write_file(tmp_path / name, name, rounds) for name in ("a", "b")]
    importer = start_import(url_of(hub), *files)

    def half_way():
        runs = hub.json("/api/v1/runs")
        return runs and (runs[0]["round"] or 0) > rounds // 10
    until(half_way, "a part of the reports")
    hub.kill()
    out, err = importer.communicate(timeout=TIMEOUT_S)
    assert importer.returncode == 3, (out, err)
    assert "give the same command again" in err

    hub.start()
    before = hub.json("/api/v1/runs")[0]
    assert before["rounds_closed"] < rounds
    outcomes, _ = run_import(hub, *files)
    for each in outcomes:
        new, already_there, refused = counts(each)
        assert new > 0 and already_there > 0 and refused == 0
        assert new + already_there == 2 * rounds
    snapshot = hub.json(f"/api/v1/runs/{before['run_id']}")
    assert len(hub.json("/api/v1/runs")) == 1
    assert snapshot["run"]["energy_j"] == pytest.approx(2 * rounds * 2 * 10.0)
    assert snapshot["run"]["rounds_closed"] == rounds
    for worker in snapshot["workers"]:
        assert worker["reports"] == 2 * rounds
        assert worker["reports_missing"] == 0


def test_an_import_that_was_stopped_is_completed_by_the_same_command(hub, tmp_path):
    path = write_file(tmp_path / "a", "a", 1_500)
    importer = start_import(url_of(hub), path)
    until(lambda: any((each["round"] or 0) > 10 for each in hub.json("/api/v1/runs")), "some rounds")
    importer.kill()
    importer.communicate()

    def connection_noticed():
        (run,) = hub.json("/api/v1/runs")
        return run["workers_online"] == 0
    until(connection_noticed, "the importer's end")
    (outcome,), _ = run_import(hub, path)
    assert sum(counts(outcome)) == 3_000
    (run,) = hub.json("/api/v1/runs")
    assert run["energy_j"] == pytest.approx(30_000.0)
    assert run["state"] == "finished"


def test_nothing_is_sent_of_files_of_which_one_is_unsound(hub, tmp_path):
    sound = write_file(tmp_path / "a", "a", 2)
    cut = write_file(tmp_path / "b", "b", 2)
    cut.write_text("".join(cut.read_text().splitlines(keepends=True)[:3]))
    outcomes, err = run_import(hub, sound, cut, status=1)
    assert outcomes == []
    assert f"{cut}, line 4: the file ends before its bye" in err
    assert hub.json("/api/v1/runs") == []


def test_another_process_of_the_same_worker(hub, tmp_path):
    first = OfflineWorker("digits", "a", tmp_path / "a.jsonl").train(1)
    second = OfflineWorker("digits", "a", tmp_path / "a.jsonl").train(1)
    first.end()
    second.end()
    files = [tmp_path / "a.jsonl", tmp_path / "a.jsonl.1"]
    (outcome,), _ = run_import(hub, files[0])
    (refused,), err = run_import(hub, files[1], "--into", outcome["run_id"], status=1)
    assert "--as NAME" in err and refused["reports_new"] == 0
    (renamed,), _ = run_import(hub, files[1], "--into", "digits", "--as", "a-second")
    assert renamed["run_id"] == outcome["run_id"]
    assert hub.json("/api/v1/runs")[0]["energy_j"] == pytest.approx(20.0)


def test_without_a_hub_it_says_so(tmp_path):
    path = write_file(tmp_path / "a", "a", 1)
    process = start_import(NO_HUB, path)
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 3
    assert "127.0.0.1:1" in err


# ---- the spool ----

@pytest.mark.sanitize
def test_a_worker_killed_again_and_again_loses_nothing_and_counts_nothing_twice(
        make_hub, sqlite_database, tmp_path):
    hub = make_hub(sqlite_database)
    port = hub.port
    spool = tmp_path / "spool"
    for life in range(8):
        if life == 3:
            hub.kill()
        if life == 5:
            hub.start(port=port)
        worker = OfflineWorker("digits", "a", tmp_path / "never", f"ws://127.0.0.1:{port}", spool)
        worker.train(5)
        worker.order("spooled", "spooled")
        worker.kill()
    last = OfflineWorker("digits", "a", tmp_path / "never", f"ws://127.0.0.1:{port}", spool).train(5)
    last.order("flush", "flushed")
    last.end()
    (run,) = hub.json("/api/v1/runs")
    (shown,) = hub.json(f"/api/v1/runs/{run['run_id']}")["workers"]
    rounds = hub.json(f"/api/v1/runs/{run['run_id']}/rounds")
    assert [each["round"] for each in rounds] == [1, 2, 3, 4, 5]  # each life trained the same five
    assert [each["energy_j"] for each in rounds] == [90.0] * 5
    assert shown["reports_missing"] == 0
    assert list(spool.iterdir()) == []
    assert not (tmp_path / "never").exists()


def test_the_spool_of_a_worker_that_does_not_come_back_is_imported(hub, tmp_path):
    worker = OfflineWorker("digits", "a", tmp_path / "never", spool=tmp_path).train(3)
    worker.order("spooled", "spooled")
    (spool,) = tmp_path.glob("*.spool")
    in_use = start_import(url_of(hub), spool)
    _, err = in_use.communicate(timeout=TIMEOUT_S)
    assert in_use.returncode == 1 and "a worker has the spool" in err
    worker.kill()
    (outcome,), _ = run_import(hub, spool)
    assert outcome["reports_new"] == outcome["reports"] >= 3
    assert hub.json("/api/v1/runs")[0]["energy_j"] == pytest.approx(30.0)
    (again,), _ = run_import(hub, spool)
    assert again["reports_already_there"] == outcome["reports"]


def test_a_second_process_works_from_memory(hub, tmp_path):
    first = OfflineWorker("digits", "a", tmp_path / "first", spool=tmp_path / "spool").train(1)
    second = OfflineWorker("digits", "a", tmp_path / "second", spool=tmp_path / "spool").train(1)
    log = second.end()
    assert "is in use: another process uses it" in log
    assert (tmp_path / "second").exists(), "what it kept in memory is in its offline file"
    assert "wait in the spool for this worker's next start" in first.end()
    assert not (tmp_path / "first").exists()
