"""The idiom against a real hub: rounds, pause, resume, stop, and a hub that is away."""

import json
import logging
import threading

import pytest

import fedwatt
from hub import TIMEOUT_S, until


def open_worker(hub, **options):
    return fedwatt.Worker(hub.url(), run="digits", worker="hospital-3", **options)


def test_rounds_with_their_phases_and_results_reach_the_hub(hub):
    with open_worker(hub, total_rounds=3, region="FR", pue=1.5, framework="by hand 1.0") as w:
        for r in w.rounds():
            with w.phase("fit"):
                sum(range(1_000_000))
            with w.phase("evaluate"):
                pass
            w.report(accuracy=r / 10, loss=2.0 / r, num_examples=500, metrics={"auc": 0.75},
                     bytes_sent=1_000, bytes_received=2_000)
        assert w.flush(TIMEOUT_S)
        assert w.stats().connected and w.stats().reports_waiting == 0
    assert not w.stopped
    rounds = hub.rounds("digits")
    assert [each["round"] for each in rounds] == [1, 2, 3]
    assert [each["accuracy"] for each in rounds] == [0.1, 0.2, 0.3]
    assert [each["loss"] for each in rounds] == [2.0, 1.0, pytest.approx(2 / 3)]
    for each in rounds:
        assert each["metrics"]["auc"] == 0.75 and each["num_examples"] == 500
        assert (each["bytes_sent"], each["bytes_received"]) == (1_000, 2_000)
        assert each["energy_j"] > 0 and each["closed_by"] == "all_reported"
    (worker,) = hub.json("/api/v1/runs/digits")["workers"]
    assert (worker["worker"], worker["region"], worker["pue"], worker["framework"]) == (
        "hospital-3", "FR", 1.5, "by hand 1.0")
    hub.becomes("digits", "finished")


def test_a_coordinator_plans_rounds_that_begin_with_any_number(hub):
    with fedwatt.Worker(hub.url(), run="digits", worker="server", role="coordinator") as server, \
            open_worker(hub) as w:
        for r in server.rounds(2, first=0):
            server.plan_round(r, ["hospital-3"])
            assert w.checkpoint(r)
            w.report(accuracy=0.5, num_examples=1)
            server.report(accuracy=0.25)
    zero, one = hub.rounds("digits")
    assert (zero["round"], one["round"]) == (0, 1)
    assert one["accuracy"] == 0.25 and one["accuracy_source"] == "coordinator"
    assert one["workers_expected"] == 1


def test_policies_become_the_runs(hub):
    with open_worker(hub, policies=["budget limit_g=500 act=stop", "confirm:dry_run=true"]) as w:
        w.checkpoint(1)
        w.report(accuracy=0.5)
        assert w.flush(TIMEOUT_S)
    policies = hub.json("/api/v1/runs/digits")["run"]["policies"]
    assert {kind for kind, policy in policies.items() if policy} == {"budget", "confirm"}
    assert policies["budget"]["limit_g"] == 500 and policies["budget"]["act"] == "stop"
    assert policies["confirm"] == {"after_rounds": 3, "dry_run": True}


def test_a_target_other_than_accuracy(hub):
    with open_worker(hub, target=("perplexity", "min")) as w:
        w.checkpoint(1)
        w.report(metrics={"perplexity": 12.5})
    run = hub.json("/api/v1/runs/digits")["run"]
    assert run["target"] == {"metric": "perplexity", "goal": "min"}
    assert hub.rounds("digits")[0]["target_value"] == 12.5


def test_own_joules_take_the_meters_place(hub):
    with open_worker(hub, measure="nothing") as w:
        w.checkpoint(1)
        w.add_energy(source="codecarbon", cpu_j=12.5, ram_j=2.5)
        w.report(accuracy=0.5)
        w.checkpoint(2)
        w.report(accuracy=0.5)
    one, two = hub.rounds("digits")
    assert one["energy_j"] == 15.0  # 12.5 + 2.5
    assert one["energy_sources"] == ["external:codecarbon"]
    assert two["energy_j"] is None  # not measured is not 0


def in_background(call, *arguments):
    thread = threading.Thread(target=call, args=arguments, daemon=True)
    thread.start()
    return thread


def test_pause_resume_and_stop(hub, caplog):
    caplog.set_level(logging.INFO, "fedwatt")
    rounds, may_go_on = [], threading.Semaphore(0)

    def train():
        with w:
            for r in w.rounds(10):
                w.report(accuracy=0.5)
                rounds.append(r)
                assert may_go_on.acquire(timeout=TIMEOUT_S)

    w = open_worker(hub)
    training = in_background(train)
    until(lambda: hub.has("/api/v1/runs/digits") and rounds == [1], "round 1")
    pausing = in_background(hub.command, "pause", "digits")
    until(lambda: w.ordered() is fedwatt.Next.STILL_PAUSED, "the order")
    may_go_on.release()
    # That this thread runs at all shows that the one that waits has given up the interpreter.
    pausing.join(TIMEOUT_S)
    hub.becomes("digits", "paused")
    assert rounds == [1]
    assert "paused before round 2, until somebody resumes or stops" in caplog.messages

    hub.command("resume", "digits")
    until(lambda: rounds == [1, 2], "round 2")
    assert "resumed at round 2" in caplog.messages
    stopping = in_background(hub.command, "stop", "digits")
    until(lambda: w.ordered() is fedwatt.Next.STOP, "the order")
    may_go_on.release()
    stopping.join(TIMEOUT_S)
    training.join(TIMEOUT_S)
    hub.becomes("digits", "stopped")
    assert rounds == [1, 2]
    assert "stopped" in hub.farewell("digits")
    assert hub.rounds("digits")[1]["energy_j"] > 0


def test_a_checkpoint_that_waits_for_a_while_only(hub):
    with open_worker(hub) as w:
        w.checkpoint(1)
        w.report(accuracy=0.5)
        assert w.flush(TIMEOUT_S)
        assert w.ordered() is fedwatt.Next.CONTINUE
        pausing = in_background(hub.command, "pause", "digits")
        until(lambda: w.ordered() is fedwatt.Next.STILL_PAUSED, "the order")
        assert w.checkpoint_for(2, 0) is fedwatt.Next.STILL_PAUSED
        pausing.join(TIMEOUT_S)
        hub.becomes("digits", "paused")
        stopping = in_background(hub.command, "stop", "digits")
        assert w.checkpoint_for(2, TIMEOUT_S) is fedwatt.Next.STOP
        stopping.join(TIMEOUT_S)
        assert w.stopped


def test_close_ends_another_threads_wait(hub):
    w = open_worker(hub)
    w.checkpoint(1)
    w.report(accuracy=0.5)
    assert w.flush(TIMEOUT_S)
    went_on = []
    pausing = in_background(hub.command, "pause", "digits")
    until(lambda: w.ordered() is fedwatt.Next.STILL_PAUSED, "the order")
    training = in_background(lambda: went_on.append(w.checkpoint(2)))
    pausing.join(TIMEOUT_S)  # acknowledged: it waits
    assert w.close(TIMEOUT_S)
    training.join(TIMEOUT_S)
    assert went_on == [False]


def test_a_hub_that_comes_late_gets_everything(make_hub, no_hub):
    hub = make_hub().start()
    port = hub.port
    hub.stop()
    with fedwatt.Worker(f"ws://127.0.0.1:{port}", run="digits", worker="w",
                        close_timeout=TIMEOUT_S) as w:
        for r in w.rounds(5):
            w.report(accuracy=0.5)
        assert not w.flush(0)
        assert w.stats() == fedwatt.Stats(
            connected=False, reports_made=5, reports_acknowledged=0, reports_waiting=5,
            reports_dropped=0, reports_rejected=0, reports_offline=0, values_left_out=0,
            reports_folded=0, reports_spooled=0, spool_failures=0)
        hub.start(port=port)
    assert w.stats().reports_acknowledged == w.stats().reports_made
    assert len(hub.rounds("digits")) == 5


def test_without_a_hub_the_training_goes_on_and_its_reports_are_kept(no_hub, tmp_path, caplog):
    file = tmp_path / "left.jsonl"
    done = []
    with fedwatt.Worker(no_hub, run="digits", worker="w", offline_file=file,
                        close_timeout=0) as w:
        for r in w.rounds(3):
            with w.phase("fit"):
                done.append(r)
            w.report(accuracy=0.5)
    assert done == [1, 2, 3]
    assert w.stats().reports_offline == 3
    hello, *reports, bye = map(json.loads, file.read_text().splitlines())
    assert (hello["type"], hello["run"], hello["worker"]) == ("hello", "digits", "w")
    assert [(each["type"], each["round"]) for each in reports] == [
        ("report", 1), ("report", 2), ("report", 3)]
    assert (bye["type"], bye["reason"]) == ("bye", "finished")
    assert any(f"fedwatt import {file}" in line for line in caplog.messages)


def test_what_was_kept_is_imported_whole_and_once(hub, no_hub, tmp_path):
    file = tmp_path / "left.jsonl"
    with fedwatt.Worker(no_hub, run="digits", worker="w", offline_file=file, close_timeout=0) as w:
        for r in w.rounds(3):
            w.report(accuracy=r / 4)
    for _ in range(2):
        hub.viewer("import", str(file))
    assert [each["accuracy"] for each in hub.rounds("digits")] == [0.25, 0.5, 0.75]
    assert len(hub.json("/api/v1/runs")) == 1


@pytest.mark.parametrize("error, reason", [
    (ValueError("no"), "failed: ValueError"), (KeyboardInterrupt(), "interrupted"),
    (SystemExit(0), "finished"), (SystemExit("no"), "failed: SystemExit")])
def test_what_ends_the_block_is_what_the_hub_is_told(hub, error, reason):
    with pytest.raises(type(error)):
        with open_worker(hub) as w:
            w.report(accuracy=0.5)
            assert w.flush(TIMEOUT_S)
            raise error
    assert w.close()  # harmless: it was done
    assert reason in hub.farewell("digits")


def test_a_hub_is_found_by_the_environment(hub, monkeypatch):
    monkeypatch.setenv("FEDWATT_HUB", hub.url())
    with fedwatt.Worker(run="digits", worker="w"):
        until(lambda: hub.has("/api/v1/runs/digits"), "the run")


def test_what_a_process_left_in_the_spool_the_next_one_sends(hub, no_hub, tmp_path):
    def worker(url):
        return fedwatt.Worker(url, run="digits", worker="w", spool_dir=tmp_path / "spool",
                              close_timeout=0)

    def all_spooled():
        return w.stats().reports_spooled == w.stats().reports_waiting

    with worker(no_hub) as w:
        for r in w.rounds(3):
            w.report(accuracy=0.5)
        until(all_spooled, "the reports in the spool")
    left = w.stats().reports_offline
    assert left >= 3
    assert [each.suffix for each in (tmp_path / "spool").iterdir()] == [".spool"]
    with worker(hub.url()) as w:
        assert w.flush(TIMEOUT_S)
        assert w.stats().reports_acknowledged == left
        assert [each["round"] for each in hub.rounds("digits")] == [1, 2, 3]
        w.close(TIMEOUT_S)
    assert not list((tmp_path / "spool").iterdir())


def test_a_full_queue_keeps_what_rounds_cost(hub, no_hub, tmp_path):
    with fedwatt.Worker(no_hub, run="digits", worker="w", spool_dir=tmp_path, close_timeout=0,
                        measure="nothing", queue_capacity=6) as w:
        for r in w.rounds(2):
            for _ in range(5):
                with w.phase("fit"):
                    w.add_energy(source="plug", machine_j=2)
            w.report(accuracy=0.5)
        assert w.stats().reports_folded > 0
        assert w.stats().reports_dropped == 0
    with fedwatt.Worker(hub.url(), run="digits", worker="w", spool_dir=tmp_path) as w:
        assert w.flush(TIMEOUT_S)
        assert [each["energy_j"] for each in hub.rounds("digits")] == [10, 10]
