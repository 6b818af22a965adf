"""`fedwatt recompute` through the real programs: new grams, old figures that stay, a restart."""

import json
import os
import subprocess

import pytest
from pytest import approx

from hub import TIMEOUT_S, clean_environment
from peers import Worker

PROGRAM = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
TABLE = """code,name,also,g_per_kwh,year,source
world,World average,,480,2024,ours
FR,France,,56.039,2025,ours
SE,Sweden,,20,2025,ours
"""
SERIES = """timestamp,g_per_kwh
2026-01-01T00:00:00Z,100
2026-01-01T01:00:00Z,300
2026-01-01T02:00:00Z,0
"""
ONE_KWH = {"energy_j": {"cpu": 3.6e6}, "duration_s": 7200, "started_at": "2026-01-01T00:00:00Z"}


def recompute(hub, *arguments, status=0):
    """The program's output; what went wrong if a status other than 0 is expected."""
    done = subprocess.run([PROGRAM, "recompute", *arguments, "--hub", f"ws://127.0.0.1:{hub.port}", "--name", "ada"],
                          capture_output=True, text=True, timeout=TIMEOUT_S, env=clean_environment(), check=False)
    assert done.returncode == status, done
    return done.stdout if status == 0 else done.stderr


def edition(hub, *arguments):
    return json.loads(recompute(hub, *arguments, "--json"))


@pytest.fixture
def options(tmp_path):
    (tmp_path / "table.csv").write_text(TABLE)
    return ["--intensity-table", tmp_path / "table.csv"]


async def finished_run(hub):
    """Two workers of one kilowatt-hour each, in France and in Sweden, where the PUE is 1.5."""
    workers = [await Worker("digits", "a", region="FR").join(hub, sent_at=None),
               await Worker("digits", "b", region="SE", pue=1.5).join(hub, sent_at=None)]
    for worker in workers:
        await worker.report_and_ack(1, metrics={"accuracy": 0.5}, **ONE_KWH)
    for worker in workers:
        await worker.send({"type": "bye", "reason": "finished"})
    for worker in workers:
        await worker.until_closed()
    return workers[0].run_id


def shown(hub, run):
    """All that the hub says of a run."""
    return hub.json(f"/api/v1/runs/{run}"), hub.get(f"/api/v1/runs/{run}/rounds?format=csv")[1]


@pytest.mark.sanitize
async def test_editions_have_other_grams_and_the_original_stays(make_hub, database, options, tmp_path):
    hub = make_hub(database, *options)
    original = await finished_run(hub)
    before = shown(hub, original)
    assert before[0]["run"]["emissions_g"] == approx(56.039 + 1.5 * 20)

    # 1 kWh and, with the other PUE, 1.5 kWh at 102 g/kWh
    fixed = edition(hub, "digits", "--intensity", "102")
    assert (fixed["name"], fixed["reports"]) == ("digits~102", 2)
    assert (fixed["emissions_g"], fixed["emissions_before_g"]) == (approx(255), approx(86.039))
    # as if both were in France, and with a PUE of 2 for both
    assert edition(hub, "digits", "--intensity", "FR", "--pue", "2")["emissions_g"] == approx(4 * 56.039)
    # an hour at 100 and one at 300 g/kWh: 200 on the average
    (tmp_path / "grid.csv").write_text(SERIES)
    assert edition(hub, "digits", "--intensity", tmp_path / "grid.csv")["emissions_g"] == approx(2.5 * 200)
    same = edition(hub, original, "--intensity", "now")
    assert same["emissions_g"] == same["emissions_before_g"] == approx(86.039)
    assert recompute(hub, "digits", "--intensity", "SE").startswith(
        "86.0 gCO2e → 50.0 gCO2e, 2 reports: edition digits~SE (")

    run = shown(hub, "digits~102")[0]["run"]
    assert run["edition"] == {"of_run_id": original, "intensity": "102 g/kWh", "made_by": "ada"}
    assert (run["state"], run["energy_j"]) == ("finished", 7.2e6)
    assert shown(hub, original) == before
    names = ["digits", "digits~102", "digits~FR", "digits~series", "digits~now", "digits~SE"]
    every = {name: shown(hub, name) for name in names}

    hub.stop()
    hub.options = []  # the table that is compiled in: other figures for France and Sweden
    hub.start()
    assert {name: shown(hub, name) for name in names} == every
    assert edition(hub, "digits", "--intensity", "now")["emissions_g"] != approx(86.039, rel=1e-3)
    assert shown(hub, original) == before


async def test_what_cannot_be_recomputed(make_hub, sqlite_database, tmp_path):
    hub = make_hub(sqlite_database)
    assert "no run is called digits" in recompute(hub, "digits", "--intensity", "FR", status=1)
    going_on = await Worker("going", "a").join(hub)
    assert "has not ended" in recompute(hub, "going", "--intensity", "FR", status=1)
    assert going_on.closed_with is None
    await finished_run(hub)
    assert "Atlantis" in recompute(hub, "digits", "--intensity", "Atlantis", status=1)
    assert "-1 is outside" in recompute(hub, "digits", "--intensity", "-1", status=1)
    recompute(hub, "digits", "--intensity", "FR")
    assert "is an edition of" in recompute(hub, "digits~FR", "--intensity", "SE", status=1)

    def refused(text):
        (tmp_path / "grid.csv").write_text(text)
        return recompute(hub, "digits", "--intensity", tmp_path / "grid.csv", status=1)

    assert "cannot read" in recompute(hub, "digits", "--intensity", "./nowhere.csv", status=1)
    assert "line 1: must be the header" in refused("2026-01-01T00:00:00Z,1\n")
    assert "line 3: is not later" in refused(SERIES.replace("T01", "T00"))
    assert "line 2: has no time" in refused("timestamp,g_per_kwh\nyesterday,1\n")
    rows = "".join(f"2026-01-{day:02}T{hour:02}:{minute:02}:00Z,100.5\n"
                   for day in range(1, 29) for hour in range(24) for minute in (0, 15, 30, 45))
    assert "--intensity-series" in refused("timestamp,g_per_kwh\n" + rows)
