"""Databases of every schema version that a hub ever wrote, opened by today's hub.

In each is the run `wards` of two workers in France (50 g/kWh, PUE 1.2) and two rounds: 3.6 MJ each in the first,
with a pause and a resume by ada, then 7.2 MJ and 3.6 MJ. From version 2 on the last report is one figure for the
whole machine.
"""

import sqlite3
import subprocess
from pathlib import Path

import pytest

from peers import Worker

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = sorted((ROOT / "tests" / "store" / "upgrades").glob("*.sql"))
RUN = "20260105-090000-0a1b2c"


def test_there_is_one_for_every_version():
    for store in ("sqlite", "postgresql"):
        versions = len(list((ROOT / "sql" / store).glob("*.sql")))
        for version in range(1, versions + 1):
            assert ROOT / "tests" / "store" / "upgrades" / f"{store}-{version}.sql" in FIXTURES


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
async def test_an_old_database_shows_the_same_figures(make_hub, tmp_path, request, fixture):
    store, version = fixture.stem.split("-")
    if store == "sqlite":
        database = f"sqlite:{tmp_path}/old.db"
        with sqlite3.connect(tmp_path / "old.db") as old:
            old.executescript(fixture.read_text())
        old.close()
    else:
        database = request.getfixturevalue("postgres_database")
        subprocess.run(["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", fixture, database], check=True)
    hub = make_hub(database)

    [run] = hub.json("/api/v1/runs")
    assert (run["run_id"], run["name"], run["state"]) == (RUN, "wards", "finished")
    # 18 MJ are 5 kWh; at PUE 1.2 and 50 g/kWh they are 300 g.
    assert run["energy_j"] == pytest.approx(18e6) and run["emissions_g"] == pytest.approx(300)
    first, second = hub.json(f"/api/v1/runs/{RUN}/rounds")
    assert first["accuracy"] == pytest.approx((100 * 0.5 + 300 * 0.7) / 400)
    assert second["accuracy"] == pytest.approx((100 * 0.6 + 300 * 0.8) / 400)
    assert first["emissions_g"] == pytest.approx(120) and second["emissions_g"] == pytest.approx(180)
    assert second["gain"] == pytest.approx(0.1) and second["gain_per_g"] == pytest.approx(0.1 / 180)
    assert first["energy_by_component"]["cpu"] == 6e6 and first["wall_s"] == 9
    assert second["energy_by_component"]["machine"] == (None if version == "1" else 3.6e6)
    snapshot = hub.json(f"/api/v1/runs/{RUN}")
    commands = [(each["id"], each["action"], each["issued_by"], each["reason"]) for each in snapshot["commands"]]
    assert commands == [("c-1", "pause", "ada", "a storm"), ("c-2", "resume", "ada", "it is over")], snapshot["commands"]
    assert {each["worker"]: (each["last_seq"], each["state"]) for each in snapshot["workers"]} == {
        "hospital-1": (2, "left"), "hospital-2": (2, "left")}

    # It goes on with it, and what it wrote is read back.
    worker = await Worker("new", "w").join(hub)
    await worker.report_and_ack(1, energy_j={"machine": 1.0}, metrics={"accuracy": 0.5})
    await worker.bye()
    rounds = hub.json(f"/api/v1/runs/{RUN}/rounds")
    hub.restart()
    assert hub.json(f"/api/v1/runs/{RUN}/rounds") == rounds
    assert [each["name"] for each in hub.json("/api/v1/runs")] == ["wards", "new"]
    if store == "postgresql":
        done = subprocess.run(["psql", "-X", "-A", "-t", database, "-c",
                               f"SELECT round, round(emissions_g) FROM round_figures WHERE run_id = '{RUN}' ORDER BY 1"],
                              check=True, capture_output=True, text=True)
        assert done.stdout == "1|120\n2|180\n"
