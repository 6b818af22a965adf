"""Where a report's intensity comes from: a table and series of one's own; what is stored stays."""

import subprocess
from datetime import datetime, timedelta, timezone

import pytest
from pytest import approx

from hub import PROGRAM, TIMEOUT_S, clean_environment, die_with_parent
from peers import Viewer, Worker

TABLE = """code,name,also,g_per_kwh,year,source
world,World average,,480,2024,ours
FR,France,aws:eu-west-3,56.039,2025,ours
"""
SERIES = """timestamp,g_per_kwh
2026-01-01T10:00:00Z,100
2026-01-01T12:00:00+01:00,200
2026-01-01T12:00:00Z,400
"""
ONE_KWH = {"energy_j": {"cpu": 3.6e6}, "metrics": {"accuracy": 0.5}}


@pytest.fixture
def options(tmp_path):
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "france.csv").write_text(SERIES)
    return ["--intensity-table", tmp_path / "table.csv", "--intensity-series", f"FR={tmp_path}/france.csv"]


def intensities(hub, run):
    """Of each worker its latest report's intensity, where that is from, and its emissions."""
    return {each["worker"]: (each["intensity_g_per_kwh"], each["intensity_source"], each["emissions_g"])
            for each in hub.json(f"/api/v1/runs/{run}")["workers"]}


@pytest.mark.sanitize
async def test_a_table_and_a_series_of_ones_own(make_hub, sqlite_database, options):
    hub = make_hub(sqlite_database, *options)

    async def report(name, started_at, duration_s, **hello):
        """From a worker whose clock nobody corrects, unless its hello says otherwise."""
        worker = await Worker("places", name, **hello).join(hub, **{"sent_at": None, **hello})
        await worker.report_and_ack(1, started_at=started_at, duration_s=duration_s, **ONE_KWH)
        return worker

    steps = await report("steps", "2026-01-01T10:45:00Z", 6300, region="france", pue=1.2)
    await report("partly", "2026-01-01T12:30:00Z", 3600, region="eu-west-3")
    await report("outside", "2026-01-02T12:00:00Z", 3600, region="FR-IDF")
    await report("moment", "2026-01-01T11:00:00Z", 0, region="FR")
    # Ten days behind: what it calls December is January.
    behind = datetime.now(timezone.utc) - timedelta(days=10)
    await report("behind", "2025-12-22T10:15:00Z", 600, region="FR", sent_at=behind.isoformat())
    # Elsewhere the table has nothing, so it is the table's world.
    await report("elsewhere", "2026-01-01T10:00:00Z", 600, region="DE")

    found = intensities(hub, "places")
    # 15 min at 100, 60 at 200, 30 at 400: 25,500 / 105; 1 kWh of it at a PUE of 1.2
    assert found["steps"] == (approx(242.857142857), "series:FR", approx(291.428571428))
    # Half an hour at 400, which holds for an hour as the one before it; half at the table's 56.039
    assert found["partly"] == (approx(228.0195), "series:FR+table:FR", approx(228.0195))
    assert found["outside"] == (56.039, "table:FR", approx(56.039))
    assert found["moment"] == (200, "series:FR", approx(200))
    assert found["behind"] == (100, "series:FR", approx(100))
    assert found["elsewhere"] == (480, "world", approx(480))
    viewer = await (await Viewer().join(hub)).watch("places")
    closed = await viewer.round_closed(steps.run_id, 1)
    # 291.428571428 + 228.0195 + 56.039 + 200 + 100 + 480
    assert closed["emissions_g"] == approx(1355.487071428)


async def test_another_table_changes_no_stored_figure(make_hub, database, options):
    hub = make_hub(database, *options)
    worker = await Worker("places", "w", region="FR").join(hub)
    await worker.report_and_ack(1, started_at="2026-01-02T12:00:00Z", **ONE_KWH)
    before = intensities(hub, "places")
    assert before == {"w": (56.039, "table:FR", approx(56.039))}
    hub.stop()
    hub.options = []
    hub.start()
    assert intensities(hub, "places") == before
    await worker.join(hub, run_id=worker.run_id)
    await worker.report_and_ack(2, started_at="2026-01-02T12:00:00Z", **ONE_KWH)
    after = hub.json("/api/v1/runs/places/rounds")
    # The table that is compiled in says 44.2.
    assert [each["emissions_g"] for each in after] == [approx(56.039), approx(44.2)]


async def test_an_unknown_region_is_warned_about_once(make_hub, sqlite_database):
    hub = make_hub(sqlite_database)
    for _ in range(2):
        worker = await Worker("places", "w", region="Atlantis").join(hub)
        await worker.close()
    other = await Worker("places", "v", region="Atlantis").join(hub)
    await other.report_and_ack(1, **ONE_KWH)
    assert intensities(hub, "places")["v"] == (475, "world", approx(475))
    warnings = [line for line in hub.log().splitlines() if "Atlantis" in line]
    assert [("worker w" in line, "world's average" in line) for line in warnings] == [(True, True), (False, True)]


def test_the_regions_can_be_listed(options):
    def hub(*arguments):
        return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT_S, preexec_fn=die_with_parent, env=clean_environment())

    done = hub("--list-regions", "californ")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.split()[:5] == ["US-CA", "California", "205.3", "g/kWh", "2016"]
    own = hub("--list-regions", *options).stdout.splitlines()
    assert [line.split()[0] for line in own] == ["world", "FR"]
