"""A training from its first hello to its end, with figures worked out by hand."""

import asyncio
import json

import pytest

from peers import Viewer, Worker

approx = pytest.approx


def fit(cpu, ram, accuracy, num_examples, intensity, gpu=None):
    """The fields of a fit, energies in joules."""
    return {"energy_j": {"cpu": cpu, "gpu": gpu, "ram": ram},
            "energy_source": {"cpu": "rapl", "gpu": "nvml" if gpu is not None else None, "ram": "model"},
            "num_examples": num_examples, "metrics": {"accuracy": accuracy, "loss": 1 - accuracy},
            "intensity_g_per_kwh": intensity}


@pytest.mark.sanitize
async def test_three_rounds_of_two_workers_and_a_coordinator(make_hub, database):
    hub = make_hub(database)
    coordinator = await Worker("digits", "server", role="coordinator", total_rounds=3).join(hub)
    first = await Worker("digits", "hospital-1", pue=1.0).join(hub)
    second = await Worker("digits", "hospital-2", pue=1.5, hardware={"gpu": ["A100"]}).join(hub)
    run_id = coordinator.run_id
    assert {first.run_id, second.run_id} == {run_id}
    assert coordinator.welcome["last_seq"] == 0
    assert (first.welcome["directive"], first.welcome["command"]) == ("run", None)
    viewer = await (await Viewer().join(hub)).watch("digits")
    everything = await (await Viewer("grace").join(hub)).watch("*")

    # Energy of a round: 36,000 J at the first worker = 0.01 kWh × PUE 1.0 × 50 g/kWh = 0.5 g;
    # at the second 72,000 + 108,000 = 180,000 J = 0.05 kWh × 1.5 × 400 = 30 g; together 30.5 g.
    async def train(number, accuracies, coordinator_accuracy, gpu=72_000.0):
        await coordinator.send({"type": "round_plan", "round": number, "selected": ["hospital-1", "hospital-2"]})
        await first.report(number, started_at="2026-01-01T00:00:00.000Z", duration_s=10.0,
                           **fit(30_000.0, 6_000.0, accuracies[0], 100, 50.0))
        await second.report(number, started_at="2026-01-01T00:00:05.000Z", duration_s=20.0,
                            **fit(100_000.0, 8_000.0, accuracies[1], 300, 400.0, gpu=gpu))
        metrics = {} if coordinator_accuracy is None else {"accuracy": coordinator_accuracy}
        await coordinator.report(number, phase="evaluate", started_at="2026-01-01T00:00:20.000Z",
                                 duration_s=2.5, metrics=metrics, round_complete=True)
        for each in (first, second, coordinator):
            await each.all_acked()
        return await viewer.round_closed(run_id, number)

    # The clocks of all three are the hub's but for the delay of hello, so wall_s is right to it.
    one = await train(1, (0.40, 0.60), None)
    assert one["closed_by"] == "all_reported"
    assert (one["workers_reported"], one["workers_expected"], one["late_reports"]) == (2, 2, 0)
    # (100 × 0.40 + 300 × 0.60) / 400 = 220 / 400
    assert one["accuracy"] == approx(0.55)
    assert one["accuracy_source"] == "workers"
    assert one["accuracy_mean"] == approx(0.50)
    assert one["loss"] == approx(0.45)
    assert one["target_value"] == approx(0.55)
    assert one["num_examples"] == 400
    assert one["energy_j"] == approx(216_000.0)
    assert one["energy_by_component"] == {"cpu": approx(130_000.0), "gpu": approx(72_000.0),
                                          "ram": approx(14_000.0), "machine": None}
    assert one["emissions_g"] == approx(30.5)
    assert one["cumulative_emissions_g"] == approx(30.5)
    assert one["gain"] is None and one["gain_per_g"] is None and one["g_per_point"] is None
    # 0.55 / 0.0305 kg
    assert one["carbon_efficiency"] == approx(18.032786885)
    assert one["on_pareto_front"] is True
    # From 0 s to 5 + 20 s; 10 + 20 + 2.5 s of work.
    assert one["wall_s"] == approx(25.0, abs=5.0)
    assert one["worker_s"] == approx(32.5)
    assert set(one["energy_sources"]) == {"rapl", "nvml", "model"}

    # The coordinator's accuracy is the run's; the workers' mean stays beside it.
    two = await train(2, (0.50, 0.70), 0.70)
    assert two["accuracy"] == approx(0.70) and two["accuracy_source"] == "coordinator"
    assert two["accuracy_mean"] == approx(0.60)
    assert two["gain"] == approx(0.15)
    assert two["gain_per_g"] == approx(0.15 / 30.5)
    assert two["g_per_point"] == approx(30.5 / 15)
    assert two["cumulative_energy_j"] == approx(432_000.0)
    assert two["cumulative_emissions_g"] == approx(61.0)
    # 0.70 / 0.061 kg
    assert two["carbon_efficiency"] == approx(11.475409836)
    assert two["on_pareto_front"] is True

    # Nothing gained, and the second worker's GPU not measured: 108,000 J there = 0.03 kWh × 1.5 × 400
    # = 18 g, with the first worker's 0.5 g.
    three = await train(3, (0.50, 0.70), 0.70, gpu=None)
    assert three["energy_j"] == approx(144_000.0)
    assert three["energy_by_component"]["gpu"] is None
    assert "gpu" in three["energy_gaps"] and "gpu" not in two["energy_gaps"]
    assert three["emissions_g"] == approx(18.5)
    assert three["cumulative_emissions_g"] == approx(79.5)
    assert three["gain"] == approx(0.0) and three["gain_per_g"] == approx(0.0)
    assert three["g_per_point"] is None
    assert three["on_pareto_front"] is False  # round 2 is as good, and cheaper
    assert viewer.rounds[run_id, 2]["on_pareto_front"] is True

    for each in (first, second, coordinator):
        await each.bye()
    run = await viewer.run_state(run_id, "finished")
    assert run["name"] == "digits" and run["ended_at"] is not None
    assert (run["total_rounds"], run["round"], run["rounds_closed"]) == (3, 3, 3)
    assert run["accuracy"] == approx(0.70) and run["best_target_value"] == approx(0.70)
    assert run["best_round"] == 2
    assert run["energy_j"] == approx(576_000.0) and run["emissions_g"] == approx(79.5)
    assert (run["workers_online"], run["workers_total"]) == (0, 2)  # a coordinator is no worker

    # Whoever watches all runs has seen the same; so has a script.
    await everything.run_state(run_id, "finished")
    await viewer.barrier()
    await everything.barrier()
    assert everything.state(run_id) == viewer.state(run_id)
    assert {each["kind"] for each in viewer.events} >= {
        "run_started", "worker_joined", "round_closed", "worker_left", "run_ended"}
    snapshot = hub.json("/api/v1/runs/digits")
    assert snapshot["run"] == viewer.runs[run_id]
    assert snapshot["rounds"] == [viewer.rounds[run_id, number] for number in (1, 2, 3)]
    assert snapshot["workers"] == sorted(viewer.state(run_id)["workers"].values(), key=lambda w: w["worker"])


async def test_regions_networks_and_unknowns(hub):
    """Where the intensity comes from is said, and what was not measured stays unknown."""
    given = await Worker("places", "given", region="FR").join(hub)
    table = await Worker("places", "table", region="FR").join(hub)
    nowhere = await Worker("places", "nowhere").join(hub)
    silent = await Worker("places", "silent").join(hub)
    talker = await Worker("places", "talker", region="FR").join(hub)
    viewer = await (await Viewer().join(hub)).watch("places")
    run_id = given.run_id
    kwh = {"energy_j": {"cpu": 3.6e6}}
    await given.report_and_ack(1, metrics={"accuracy": 0.5}, intensity_g_per_kwh=12.5, **kwh)
    await table.report_and_ack(1, metrics={"accuracy": 0.5}, **kwh)
    await nowhere.report_and_ack(1, metrics={"accuracy": 0.5}, **kwh)
    await silent.report_and_ack(1, metrics={"accuracy": 0.5})
    await talker.report_and_ack(1, metrics={"accuracy": 0.5}, bytes_sent=1_500_000_000, bytes_received=500_000_000)
    closed = await viewer.round_closed(run_id, 1)
    await viewer.barrier()

    workers = {name: viewer.workers[run_id, name] for name in ("given", "table", "nowhere", "silent", "talker")}
    assert workers["given"]["intensity_source"] == "report"
    assert workers["given"]["intensity_g_per_kwh"] == 12.5
    assert workers["table"]["intensity_source"] == "table:FR"
    assert 10 < workers["table"]["intensity_g_per_kwh"] < 150  # France's grid, in any recent year
    assert workers["nowhere"]["intensity_source"] == "world"
    # One kilowatt-hour each, PUE 1: the intensity itself. Nothing measured: nothing, not zero.
    for name in ("given", "table", "nowhere"):
        assert workers[name]["emissions_g"] == approx(workers[name]["intensity_g_per_kwh"])
    assert workers["silent"]["emissions_g"] is None and workers["silent"]["energy_j"] is None
    # 2 GB × 0.01 kWh/GB × the world's 475 g/kWh, wherever the worker is.
    assert workers["talker"]["emissions_g"] == approx(9.5) and workers["talker"]["energy_j"] is None
    assert closed["emissions_g"] == approx(sum(each["emissions_g"] or 0 for each in workers.values()))
    # No one said how many examples: all count the same.
    assert closed["num_examples"] is None and closed["accuracy"] == approx(0.5)


async def test_a_worker_with_a_slow_clock(hub):
    """Times are corrected by the offset seen at hello: an hour behind is no hour of wall time."""
    right = Worker("clocks", "right")
    slow = Worker("clocks", "slow")
    await right.join(hub, sent_at="2026-01-01T12:00:00.000Z")
    await slow.join(hub, sent_at="2026-01-01T11:00:00.000Z")
    viewer = await (await Viewer().join(hub)).watch("clocks")
    await right.report(1, started_at="2026-01-01T12:00:00.000Z", duration_s=10.0, metrics={"accuracy": 0.5})
    await slow.report(1, started_at="2026-01-01T11:00:05.000Z", duration_s=10.0, metrics={"accuracy": 0.5})
    closed = await viewer.round_closed(right.run_id, 1)
    # 0 to 5 + 10 s, right to the seconds that lay between the two hellos.
    assert 10 <= closed["wall_s"] < 600
    offsets = [viewer.workers[right.run_id, name]["clock_offset_s"] for name in ("right", "slow")]
    assert offsets[1] - offsets[0] == approx(3600, abs=600)


async def test_a_run_judged_by_its_loss(hub):
    worker = await Worker("language", "w", target={"metric": "loss", "goal": "min"}).join(hub)
    viewer = await (await Viewer().join(hub)).watch("language")
    for number, loss in enumerate((2.0, 1.5, 1.75)):
        await worker.report_and_ack(number, metrics={"loss": loss}, energy_j={"cpu": 3.6e6},
                                    intensity_g_per_kwh=100.0)
    rounds = [await viewer.round_closed(worker.run_id, number) for number in range(3)]
    assert [each["accuracy"] for each in rounds] == [None, None, None]
    # Positive means better: 2.0 → 1.5 gains 0.5 for 100 g, 1.5 → 1.75 loses 0.25.
    assert [each["gain"] for each in rounds] == [None, approx(0.5), approx(-0.25)]
    assert rounds[1]["gain_per_g"] == approx(0.005)
    assert rounds[2]["g_per_point"] is None
    run = hub.json("/api/v1/runs/language")["run"]
    assert run["target"] == {"metric": "loss", "goal": "min"}
    assert (run["best_round"], run["best_target_value"], run["target_value"]) == (1, 1.5, 1.75)


async def test_several_phases_make_one_round(hub):
    """A report without metrics does not complete its round; one with them does."""
    worker = await Worker("phases", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("phases")
    await worker.report_and_ack(0, phase="init", energy_j={"cpu": 10.0})
    await worker.report_and_ack(0, phase="fit", energy_j={"cpu": 100.0}, num_examples=50)
    await worker.report_and_ack(0, phase="communicate", bytes_sent=1000, bytes_received=3000)
    await viewer.barrier()
    assert viewer.rounds[worker.run_id, 0]["revision"] == 0
    await worker.report_and_ack(0, phase="evaluate", energy_j={"cpu": 5.0}, metrics={"accuracy": 0.25})
    closed = await viewer.round_closed(worker.run_id, 0)
    assert closed["energy_j"] == approx(115.0)
    assert closed["worker_s"] == approx(40.0)
    assert (closed["bytes_sent"], closed["bytes_received"]) == (1000, 3000)
    assert closed["accuracy"] == approx(0.25) and closed["num_examples"] == 50


async def test_several_runs_at_once(make_hub, database):
    hub = make_hub(database)
    names = ["digits", "faces", "ward 7/β"]
    workers = {name: [await Worker(name, f"w{i}").join(hub) for i in range(2)] for name in names}
    ids = {name: pair[0].run_id for name, pair in workers.items()}
    assert len(set(ids.values())) == 3
    viewer = await (await Viewer().join(hub)).watch("faces")
    by_id = await (await Viewer().join(hub)).watch(ids["ward 7/β"])
    everything = await (await Viewer().join(hub)).watch("*")

    async def train(index, name):
        for number in range(1, 6):
            for worker in workers[name]:
                await worker.report_and_ack(number, metrics={"accuracy": (index + 1) * number / 100})

    await asyncio.gather(*(train(index, name) for index, name in enumerate(names)))
    await viewer.round_closed(ids["faces"], 5)
    await by_id.round_closed(ids["ward 7/β"], 5)
    for index, name in enumerate(names):
        closed = await everything.round_closed(ids[name], 5)
        assert closed["accuracy"] == approx((index + 1) * 5 / 100)
        assert hub.json("/api/v1/runs/" + name.replace("/", "%2F").replace(" ", "%20")
                        .replace("β", "%CE%B2"))["run"]["run_id"] == ids[name]
    await viewer.barrier()
    assert set(viewer.runs) == {ids["faces"]}
    assert {key[0] for key in viewer.rounds} == {ids["faces"]}
    assert {run["name"] for run in hub.json("/api/v1/runs")} == set(names)


async def test_summary_brings_run_messages_only(hub):
    worker = await Worker("digits", "w").join(hub)
    viewer = await Viewer().join(hub)
    await viewer.watch("*", detail="summary")
    await worker.report_and_ack(1, metrics={"accuracy": 0.5})
    await viewer.until(lambda: viewer.runs.get(worker.run_id, {}).get("rounds_closed") == 1, "the round")
    newcomer = await Worker("later", "w").join(hub)
    await viewer.until(lambda: newcomer.run_id in viewer.runs, "the new run")
    await viewer.barrier()
    assert {message["type"] for message in viewer.messages} == {"welcome", "run", "error"}  # the barrier's


async def test_unsubscribe(hub):
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await viewer.send({"type": "unsubscribe", "run": "digits"})
    viewer.unsubscribed = True
    await viewer.barrier()
    before = len(viewer.messages)
    await worker.report_and_ack(1, metrics={"accuracy": 0.5})
    await viewer.barrier()
    assert [message["type"] for message in viewer.messages[before:]] == ["error"]


async def test_what_one_commit_brings_is_one_frame(hub):
    """An array from a worker is one piece of work, and a viewer gets its effects together."""
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    frames = viewer.frames
    reports = [worker.make_report(number, metrics={"accuracy": 0.5}) for number in range(1, 41)]
    await worker.send(*reports)
    await worker.all_acked()
    await viewer.round_closed(worker.run_id, 40)
    assert viewer.frames - frames < 40
    assert json.dumps(sorted(n for _, n in viewer.rounds)) == json.dumps(list(range(1, 41)))
