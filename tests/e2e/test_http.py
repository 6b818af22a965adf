"""HTTP on the same port: alive, ready, and the runs as JSON and CSV."""

import csv
import io
import json

import pytest

from peers import Viewer, Worker


async def finished_run(hub):
    worker = await Worker("digits", "w,1").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await worker.report_and_ack(1, metrics={"accuracy": 0.5}, energy_j={"cpu": 3.6e6}, intensity_g_per_kwh=100.0)
    await worker.report_and_ack(2, metrics={"accuracy": 0.75})
    await worker.bye()
    await viewer.run_state(worker.run_id, "finished")
    await viewer.close()
    return worker.run_id, viewer


def assert_error(answer, status, code):
    assert answer[0] == status
    assert answer[2].startswith("application/json")
    error = json.loads(answer[1])["error"]
    assert set(error) == {"code", "message"} and error["code"] == code and error["message"]


def test_healthz_and_readyz(hub):
    assert hub.get("/healthz")[0] == 200
    assert hub.get("/readyz")[0] == 200


def test_no_runs_yet(hub):
    assert hub.json("/api/v1/runs") == []


async def test_runs_by_name_and_id(make_hub, database):
    hub = make_hub(database)
    run_id, viewer = await finished_run(hub)
    assert hub.json("/api/v1/runs") == [{"type": "run", **viewer.runs[run_id]}]
    snapshot = hub.json("/api/v1/runs/digits")
    assert snapshot == hub.json(f"/api/v1/runs/{run_id}")
    assert snapshot["run"] == viewer.runs[run_id]
    assert [each["worker"] for each in snapshot["workers"]] == ["w,1"]
    rounds = hub.json("/api/v1/runs/digits/rounds")
    assert rounds == [{"type": "round", **each} for each in snapshot["rounds"]]
    assert rounds == hub.json(f"/api/v1/runs/{run_id}/rounds")
    assert [each["round"] for each in rounds] == [1, 2]
    assert rounds[0]["emissions_g"] == pytest.approx(100.0) and rounds[1]["emissions_g"] is None


async def test_rounds_as_csv(hub):
    run_id, _ = await finished_run(hub)
    status, text, content_type = hub.get("/api/v1/runs/digits/rounds?format=csv")
    assert status == 200 and content_type.startswith("text/csv")
    assert hub.get(f"/api/v1/runs/{run_id}/rounds", {"Accept": "text/csv"})[1] == text
    rows = list(csv.DictReader(io.StringIO(text)))
    rounds = hub.json("/api/v1/runs/digits/rounds")
    assert len(rows) == 2
    for row, figures in zip(rows, rounds):
        for name in ("round", "revision", "accuracy", "energy_j", "emissions_g", "cumulative_emissions_g", "gain",
                     "workers_reported", "workers_expected", "worker_s"):
            # Not measured is empty, never 0.
            if figures[name] is None:
                assert row[name] == "", name
            else:
                assert float(row[name]) == pytest.approx(figures[name]), name
        assert row["closed_by"] == "all_reported"


@pytest.mark.parametrize("path, code", [
    ("/api/v1/runs/nowhere", "unknown_run"), ("/api/v1/runs/nowhere/rounds", "unknown_run"),
    ("/api/v1/runs/nowhere/rounds?format=csv", "unknown_run"),
])
def test_unknown_runs(hub, path, code):
    assert_error(hub.get(path), 404, code)


@pytest.mark.parametrize("path", ["/", "/api", "/api/v1", "/api/v2/runs", "/api/v1/runs/a/b/c", "/healthz/x"])
def test_unknown_paths(hub, path):
    assert hub.get(path)[0] == 404


def test_a_websocket_path_without_a_websocket(hub):
    assert 400 <= hub.get("/v1/worker")[0] < 500


async def test_names_that_need_escaping(hub):
    worker = await Worker("50 % off/β?&#", "w").join(hub)
    await worker.report_and_ack(1)
    found = hub.json("/api/v1/runs/50%20%25%20off%2F%CE%B2%3F%26%23")
    assert found["run"]["run_id"] == worker.run_id
