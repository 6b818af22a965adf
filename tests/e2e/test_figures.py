"""The figures of whole runs, and runs side by side: over HTTP, and through the viewer's program."""

import csv
import io
import json
import os
import subprocess
from urllib.parse import urlencode

import pytest
from pytest import approx

from hub import TIMEOUT_S, clean_environment, die_with_parent
from peers import Worker

VIEWER = os.environ.get("FEDWATT_VIEWER_PROGRAM", "fedwatt")
KWH_J = 3.6e6

# Accuracy and kWh of each round; at 100 g/kWh a round of 0.02 kWh emits 2 g.
SLOW = [(0.50, 0.02), (0.75, 0.10), (0.85, 0.08)]  # 2 g, 12 g, 20 g in all
QUICK = [(0.70, 0.04), (0.75, 0.06)]               # 4 g, 10 g in all


async def trained(hub, name, rounds=SLOW, metric="accuracy", **hello):
    worker = await Worker(name, "w", **hello).join(hub)
    for number, (value, kwh) in enumerate(rounds, start=1):
        await worker.report(number, metrics={metric: value}, energy_j={"cpu": kwh * KWH_J},
                            num_examples=100, intensity_g_per_kwh=100.0)
    await worker.all_acked()
    await worker.bye()
    return worker.run_id


def viewer(hub, *arguments):
    return subprocess.run([VIEWER, *arguments, "--hub", f"ws://127.0.0.1:{hub.port}"], text=True, timeout=TIMEOUT_S,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=die_with_parent, env=clean_environment(LC_ALL="C.UTF-8"))


def compared(hub, *runs, **asked):
    return hub.json("/api/v1/compare?" + urlencode([*(("run", run) for run in runs), *asked.items()]))


async def test_the_figures_of_a_run(make_hub, database):
    hub = make_hub(database)
    run_id = await trained(hub, "slow")
    path = "/api/v1/runs/slow/figures?target=0.75&emissions_g=5&eta=0.25&max_power_w=1000"
    figures = hub.json(path)
    assert (figures["run_id"], figures["rounds_closed"], figures["best_round"]) == (run_id, 3, 3)
    assert figures["energy_j"] == approx(0.2 * KWH_J)
    assert figures["emissions_g"] == approx(20)
    assert figures["intensity_g_per_kwh"] == approx(100)
    assert figures["wall_s"] == figures["worker_s"] == 30  # three rounds of 10 s
    assert figures["power_w"] == approx(24_000)            # 720,000 J / 30 s
    assert figures["edp_js"] == approx(21.6e6)             # 720,000 J × 30 s
    assert figures["zeus_cost_j"] == approx(202_500)       # 0.25 × 720,000 + 0.75 × 1,000 × 30
    assert figures["energy_per_example_j"] == approx(2400)  # 720,000 J / 300
    assert figures["emissions_after_best_g"] == 0
    assert figures["to_target"] == {"target_value": 0.75, "round": 2, "energy_j": approx(0.12 * KWH_J), "wall_s": 20,
                                    "emissions_g": approx(12), "zeus_cost_j": approx(123_000)}
    assert figures["within_emissions"] == {"emissions_g": 5, "round": 1, "target_value": 0.5}
    assert [each["round"] for each in figures["pareto_front"]] == [1, 2, 3]
    assert all(each["count"] == approx(20 / each["g_per_unit"], abs=1e-9) for each in figures["equivalents"])
    assert hub.json("/api/v1/runs/slow")["run"]["emissions_after_best_g"] == 0
    hub.restart()  # a replay gives the same
    assert hub.json(path) == figures


async def test_runs_side_by_side(hub):
    slow, quick = await trained(hub, "slow"), await trained(hub, "quick", QUICK)
    comparison = compared(hub, "slow", quick)
    assert comparison["target_value"] == 0.75 and comparison["emissions_g"] == approx(10)
    first, second = comparison["runs"]
    assert (first["run_id"], second["run_id"]) == (slow, quick)
    assert (first["to_target"]["emissions_g"], second["to_target"]["emissions_g"]) == (approx(12), approx(10))
    assert (first["rank_to_target"], second["rank_to_target"]) == (2, 1)
    assert [each["within_emissions"]["target_value"] for each in (first, second)] == [0.5, 0.75]
    assert first["on_pareto_front"] and second["on_pareto_front"]
    assert second["emissions_change"] == approx(-0.5) and second["target_gain"] == approx(-0.1)

    asked = compared(hub, "slow", "quick", target=0.85, emissions_g=4)
    assert [each["to_target"]["round"] for each in asked["runs"]] == [3, None]
    assert [each["rank_within_emissions"] for each in asked["runs"]] == [2, 1]


async def test_names_that_need_escaping(hub):
    names = ["50 % off/β?&#=+", "a b"]
    for name in names:
        await trained(hub, name)
    assert [each["name"] for each in compared(hub, *names)["runs"]] == names
    done = viewer(hub, "compare", *names, "--csv")
    assert done.returncode == 0, done.stderr
    assert [row["name"] for row in csv.DictReader(io.StringIO(done.stdout))] == names


BAD_FIGURES = [
    ("target=81", "target 81 is outside 0..1"), ("target=abc", "target must be a number"),
    ("target=", "target must be a number"), ("target=nan", "target must be a number"),
    ("target=1e999", "target must be a number"), ("target=0.5&target=0.6", "target is given twice"),
    ("eta=1.5", "eta 1.5 is outside 0..1"), ("eta=inf", "eta must be a number"),
    ("max_power_w=-1", "max_power_w -1 is outside"), ("emissions_g=-0.1", "emissions_g -0.1 is outside"),
    ("emissions_g=1e16", "emissions_g 1e16 is outside"), ("traget=0.5", "there is no parameter traget"),
    ("%00=1", "there is no parameter"), ("eta=0.5%00", "eta must be a number"),
]


@pytest.mark.sanitize
async def test_bad_parameters(hub):
    await trained(hub, "digits")
    await trained(hub, "other")
    for query, words in BAD_FIGURES:
        for path in (f"/api/v1/runs/digits/figures?{query}", f"/api/v1/compare?run=digits&run=other&{query}"):
            status, body, _ = hub.get(path)
            error = json.loads(body)["error"]
            assert (status, error["code"]) == (400, "invalid_query"), path
            assert words in error["message"], path


@pytest.mark.sanitize
async def test_what_cannot_be_compared(hub):
    for name in ("digits", "other"):
        await trained(hub, name)
    await trained(hub, "judged by loss", metric="loss", target={"metric": "loss", "goal": "min"})

    def refused(*runs):
        status, body, _ = hub.get("/api/v1/compare?" + urlencode([("run", run) for run in runs]))
        return status, json.loads(body)["error"]["code"], json.loads(body)["error"]["message"]

    assert refused()[:2] == refused("digits")[:2] == (400, "invalid_query")
    assert refused(*["digits"] * 51)[:2] == (400, "invalid_query")
    assert "digits is given twice" in refused("digits", "digits")[2]
    assert refused("digits", "nowhere")[:2] == (404, "unknown_run")
    status, code, message = refused("digits", "judged by loss")
    assert (status, code) == (400, "not_comparable")
    assert "by accuracy, max" in message and "by loss, min" in message
    assert hub.get("/api/v1/runs/nowhere/figures")[0] == 404
    done = viewer(hub, "compare", "digits", "judged by loss")
    assert done.returncode == 1 and "judged differently" in done.stderr and done.stdout == ""


async def test_a_run_that_has_nothing_yet(hub):
    await Worker("empty", "w").join(hub)
    figures = hub.json("/api/v1/runs/empty/figures?target=0.5")
    assert figures["energy_j"] is None and figures["best_round"] is None and figures["equivalents"] == []
    done = viewer(hub, "figures", "empty")
    assert done.returncode == 0 and "0 rounds closed" in done.stdout


@pytest.mark.sanitize
async def test_the_program(hub):
    slow = await trained(hub, "slow")
    await trained(hub, "quick", QUICK)
    done = viewer(hub, "figures", "slow", "--target", "0.75", "--max-power-w", "1000")
    assert done.returncode == 0 and done.stderr == ""
    for words in (slow, "20.0 gCO2e", "720 kJ", "round 2: 432 kJ, 20.0 s, 12.0 gCO2e", "24.0 kW", "EPA-420-F-23-014"):
        assert words in done.stdout, words
    assert json.loads(viewer(hub, "figures", "slow", "--json").stdout) == hub.json("/api/v1/runs/slow/figures")

    done = viewer(hub, "compare", "slow", "quick")
    assert done.returncode == 0 and done.stderr == ""
    assert all(len(line) <= 80 for line in done.stdout.splitlines()[:-2])
    assert "quick reached 75.0 % with the least CO2e, 10.0 g: 17 % less than slow" in done.stdout
    assert json.loads(viewer(hub, "compare", "slow", "quick", "--json").stdout) == compared(hub, "slow", "quick")
    rows = list(csv.DictReader(io.StringIO(viewer(hub, "compare", "slow", "quick", "--csv").stdout)))
    assert [row["to_target_emissions_g"] for row in rows] == ["12", "10"]
    assert [row["rank_to_target"] for row in rows] == ["2", "1"]
    assert rows[0]["zeus_cost_j"] == ""  # not known is empty


async def test_the_program_says_what_is_wrong(hub):
    await trained(hub, "digits")
    done = viewer(hub, "figures", "digits", "--target", "81")
    assert done.returncode == 1 and "give a fraction, 0.81 for 81 %" in done.stderr
    done = viewer(hub, "figures", "nowhere")
    assert done.returncode == 1 and "no run is called nowhere" in done.stderr
    assert viewer(hub, "compare", "digits").returncode == 1
    port, hub.port = hub.port, 1  # one that needs privileges, and that nobody uses
    done = viewer(hub, "figures", "digits")
    hub.port = port
    assert done.returncode == 3 and "start a hub with" in done.stderr
