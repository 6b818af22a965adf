"""A dead worker does not hold a round; a late report is counted; who comes back is counted again."""

import pytest

from peers import Viewer, Worker

SOON = ("--worker-grace", "0.5")


async def test_a_round_waits_for_nobody_who_is_lost(make_hub, database):
    hub = make_hub(database, *SOON, "--round-deadline", "600")
    workers = [await Worker("digits", f"w{i}").join(hub) for i in range(3)]
    run_id = workers[0].run_id
    viewer = await (await Viewer().join(hub)).watch("digits")
    await workers[0].report_and_ack(1, metrics={"accuracy": 0.5})  # the round waits for all three
    workers[2].cut()
    await workers[1].report_and_ack(1, metrics={"accuracy": 0.5})
    closed = await viewer.round_closed(run_id, 1)
    assert closed["closed_by"] == "workers_lost"
    assert (closed["workers_reported"], closed["workers_expected"]) == (2, 3)
    await viewer.worker_state(run_id, "w2", "lost")
    await viewer.event(run_id, "worker_lost", "w2")
    # Nor is it waited for in the next one.
    for worker in workers[:2]:
        await worker.report_and_ack(2, metrics={"accuracy": 0.5})
    closed = await viewer.round_closed(run_id, 2)
    assert (closed["closed_by"], closed["workers_expected"]) == ("all_reported", 2)

    # It comes back with what it had measured: late, and counted.
    await workers[2].join(hub)
    await viewer.worker_state(run_id, "w2", "online")
    await viewer.event(run_id, "worker_returned", "w2")
    await workers[2].report_and_ack(1, metrics={"accuracy": 0.8})
    closed = await viewer.round_closed(run_id, 1, revision=2)
    assert (closed["late_reports"], closed["workers_reported"]) == (1, 3)
    assert closed["accuracy"] == pytest.approx(0.6)  # (0.5 + 0.5 + 0.8) / 3
    for worker in workers:
        await worker.report_and_ack(3, metrics={"accuracy": 0.5})
    closed = await viewer.round_closed(run_id, 3)
    assert (closed["closed_by"], closed["workers_reported"], closed["workers_expected"]) == ("all_reported", 3, 3)


async def test_a_round_closes_at_the_deadline_after_the_quorum(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--round-quorum", "0.5", "--round-deadline", "0.5")
    workers = [await Worker("digits", f"w{i}").join(hub) for i in range(4)]
    run_id = workers[0].run_id
    viewer = await (await Viewer().join(hub)).watch("digits")
    for worker in workers[:2]:  # half of four: the quorum
        await worker.report_and_ack(1, metrics={"accuracy": 0.4}, num_examples=100, energy_j={"cpu": 3.6e6},
                                    intensity_g_per_kwh=1.0)
    closed = await viewer.round_closed(run_id, 1)
    assert closed["closed_by"] == "deadline"
    assert (closed["workers_reported"], closed["workers_expected"]) == (2, 4)
    assert closed["accuracy"] == pytest.approx(0.4) and closed["emissions_g"] == pytest.approx(2.0)

    await workers[2].report_and_ack(1, metrics={"accuracy": 0.7}, num_examples=200, energy_j={"cpu": 3.6e6},
                                    intensity_g_per_kwh=1.0)
    revised = await viewer.round_closed(run_id, 1, revision=2)
    assert (revised["closed_by"], revised["late_reports"]) == ("deadline", 1)
    # (100 × 0.4 + 100 × 0.4 + 200 × 0.7) / 400 = 220 / 400
    assert revised["accuracy"] == pytest.approx(0.55) and revised["emissions_g"] == pytest.approx(3.0)
    await viewer.event(run_id, "late_report", "w2")


async def test_a_late_report_revises_the_rounds_after_it(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, *SOON, "--round-deadline", "600")
    early, late = [await Worker("digits", name).join(hub) for name in ("early", "late")]
    run_id = early.run_id
    viewer = await (await Viewer().join(hub)).watch("digits")
    late.cut()
    await viewer.worker_state(run_id, "late", "lost")
    for number in (1, 2):
        await early.report_and_ack(number, metrics={"accuracy": 0.5}, energy_j={"cpu": 100.0})
        await viewer.round_closed(run_id, number)
    await late.join(hub)
    await late.report_and_ack(1, metrics={"accuracy": 0.5}, energy_j={"cpu": 50.0})
    assert (await viewer.round_closed(run_id, 1, revision=2))["cumulative_energy_j"] == pytest.approx(150.0)
    assert (await viewer.round_closed(run_id, 2, revision=2))["cumulative_energy_j"] == pytest.approx(250.0)


async def test_only_those_selected_are_waited_for(hub):
    coordinator = await Worker("digits", "server", role="coordinator").join(hub)
    workers = [await Worker("digits", f"w{i}").join(hub) for i in range(4)]
    run_id = coordinator.run_id
    viewer = await (await Viewer().join(hub)).watch("digits")
    await coordinator.send({"type": "round_plan", "round": 0, "selected": ["w1", "w3"]})
    for index in (1, 3):
        await workers[index].report_and_ack(0, metrics={"accuracy": 0.5})
    await coordinator.report_and_ack(0, metrics={"accuracy": 0.5})
    closed = await viewer.round_closed(run_id, 0)
    assert closed["closed_by"] == "all_reported"
    assert (closed["workers_reported"], closed["workers_expected"]) == (2, 2)


async def test_only_a_coordinator_plans(hub):
    worker = await Worker("digits", "w").join(hub)
    await worker.send({"type": "round_plan", "round": 1, "selected": ["w"]})
    await worker.error("not_coordinator")
    await worker.report_and_ack(1)


async def test_a_worker_that_goes_on_is_done_with_earlier_rounds(hub):
    first, second = [await Worker("digits", f"w{i}").join(hub) for i in range(2)]
    viewer = await (await Viewer().join(hub)).watch("digits")
    await first.report_and_ack(1, energy_j={"cpu": 1.0})  # no metrics: perhaps more to come
    await second.report_and_ack(1, metrics={"accuracy": 0.5})
    await viewer.barrier()
    assert viewer.rounds[first.run_id, 1]["revision"] == 0
    await first.report_and_ack(2, energy_j={"cpu": 1.0})
    assert (await viewer.round_closed(first.run_id, 1))["closed_by"] == "all_reported"


async def test_hello_to_a_run_that_ended(make_hub, database):
    hub = make_hub(database)
    worker = await Worker("digits", "w").join(hub)
    first_id = worker.run_id
    viewer = await (await Viewer().join(hub)).watch(first_id)
    await worker.report_and_ack(1, metrics={"accuracy": 0.5})
    await worker.bye()
    await viewer.run_state(first_id, "finished")

    # The name starts a new run, with numbers of its own.
    again = await Worker("digits", "w").join(hub)
    assert again.run_id != first_id and again.welcome["last_seq"] == 0
    await again.report_and_ack(1, metrics={"accuracy": 0.6})
    assert hub.json("/api/v1/runs/digits")["run"]["run_id"] == again.run_id
    assert {each["run_id"] for each in hub.json("/api/v1/runs")} == {first_id, again.run_id}

    # The id is exactly that run: a report that was still on the worker's disk counts.
    late = Worker("digits", "w")
    await late.join(hub, run_id=first_id)
    assert (late.run_id, late.welcome["last_seq"]) == (first_id, 1)
    await late.report_and_ack(1, energy_j={"cpu": 5.0})
    revised = await viewer.round_closed(first_id, 1, revision=2)
    assert (revised["late_reports"], revised["energy_j"]) == (1, 5.0)
    assert hub.json(f"/api/v1/runs/{first_id}")["run"]["state"] == "finished"


async def test_a_run_nobody_comes_back_to_is_lost(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--worker-grace", "0.2", "--run-abandon", "0.2")
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await worker.report_and_ack(1, energy_j={"cpu": 1.0})
    worker.cut()
    run = await viewer.until(lambda: (viewer.runs[worker.run_id]["ended_at"] and viewer.runs[worker.run_id]), "end")
    assert run["state"] == "lost"
    assert (await viewer.round_closed(worker.run_id, 1))["energy_j"] == 1.0


async def test_the_end_of_a_run_closes_its_rounds(hub):
    coordinator = await Worker("digits", "server", role="coordinator").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await coordinator.send({"type": "round_plan", "round": 7, "selected": ["w"]})
    await coordinator.bye()
    closed = await viewer.round_closed(coordinator.run_id, 7)
    assert (closed["closed_by"], closed["workers_reported"], closed["accuracy"]) == ("run_end", 0, None)
    assert closed["energy_j"] is None and closed["emissions_g"] is None


async def test_a_newer_connection_replaces_the_older(hub):
    old = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await old.report_and_ack(1)
    new = await Worker("digits", "w").join(hub)
    assert await old.until_closed() == 3501
    assert new.welcome["last_seq"] == 1
    await new.report_and_ack(1)
    await viewer.barrier()
    assert viewer.workers[new.run_id, "w"]["state"] == "online"
    assert viewer.runs[new.run_id]["workers_online"] == 1
