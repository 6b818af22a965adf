"""Pause, resume and stop as a desired state, with who has acknowledged it."""

from peers import Viewer, Worker


async def run_of(hub, *names, coordinator=False):
    """Workers of the run "digits", a viewer on it, and the run's id."""
    workers = [await Worker("digits", name).join(hub) for name in names]
    if coordinator:
        workers.append(await Worker("digits", "server", role="coordinator").join(hub))
    viewer = await (await Viewer("ada").join(hub)).watch("digits")
    return workers, viewer, workers[0].run_id


async def test_pause_resume_and_stop_of_a_run(make_hub, database):
    hub = make_hub(database)
    (first, second), viewer, run_id = await run_of(hub, "w1", "w2")

    await viewer.command("c-1", "digits", "pause", reason="the grid is dirty until six")
    for worker in (first, second):
        order = await worker.ordered("pause")
        assert order == {"type": "directive", "directive": "pause", "applies_at": "worker", "command": "c-1",
                         "reason": "the grid is dirty until six", "issued_by": "ada"}
    await viewer.run_state(run_id, "pausing")
    status = await viewer.outcome(run_id, "c-1", "pending")
    assert (status["acknowledged"], status["pending"], status["offline"]) == ([], ["w1", "w2"], [])
    assert (status["action"], status["issued_by"], status["workers"]) == ("pause", "ada", None)
    assert status["reason"] == "the grid is dirty until six"

    await first.acknowledge("paused", 4)
    await viewer.acknowledged_by(run_id, "c-1", ["w1"])
    assert viewer.commands[run_id, "c-1"]["pending"] == ["w2"]
    assert viewer.workers[run_id, "w1"]["directive_state"] == "paused"
    await second.acknowledge("paused", 4)
    await viewer.outcome(run_id, "c-1", "acknowledged")
    await viewer.run_state(run_id, "paused")

    # Paused workers are there, and what they burn is measured.
    await first.report_and_ack(4, phase="idle", energy_j={"cpu": 7.0})

    await viewer.command("c-2", "digits", "resume")
    for worker in (first, second):
        await worker.ordered("run")
        await worker.acknowledge("running", 4)
    await viewer.outcome(run_id, "c-2", "acknowledged")
    await viewer.run_state(run_id, "running")
    assert viewer.commands[run_id, "c-1"]["outcome"] == "acknowledged"  # it was; it stays so

    await viewer.command("c-3", "digits", "stop", reason="good enough")
    await viewer.run_state(run_id, "stopping")
    for worker in (first, second):
        await worker.ordered("stop")
        await worker.acknowledge("stopped", 5)
        await worker.bye("stopped")
    await viewer.run_state(run_id, "stopped")
    await viewer.outcome(run_id, "c-3", "acknowledged")
    kinds = [event["kind"] for event in viewer.events]
    assert kinds.count("command") == 3 and kinds.count("directive_ack") == 6

    # Kept: who, when, why, and what came of it.
    hub.restart()
    kept = {each["id"]: each for each in hub.json("/api/v1/runs/digits")["commands"]}
    assert {key: (each["issued_by"], each["reason"], each["outcome"]) for key, each in kept.items()} == {
        "c-1": ("ada", "the grid is dirty until six", "acknowledged"),
        "c-2": ("ada", "because", "acknowledged"),
        "c-3": ("ada", "good enough", "acknowledged")}
    assert all(each["issued_at"] for each in kept.values())


async def test_a_worker_that_was_away_learns_it_from_welcome(make_hub, database):
    hub = make_hub(database)
    (here, away), viewer, run_id = await run_of(hub, "here", "away")
    away.cut()
    await viewer.worker_state(run_id, "away", "away")
    await viewer.command("c-1", "digits", "pause")
    await here.ordered("pause")
    await here.acknowledge("paused")
    status = await viewer.outcome(run_id, "c-1", "partial")
    assert (status["acknowledged"], status["pending"], status["offline"]) == (["here"], [], ["away"])

    hub.restart()  # the desired state outlives the hub
    await viewer.join(hub)
    await viewer.watch("digits")
    await away.join(hub)
    assert (away.welcome["directive"], away.welcome["command"]) == ("pause", "c-1")
    assert away.welcome["applies_at"] == "worker"
    await away.acknowledge("paused")
    await viewer.until(lambda: "away" in viewer.commands[run_id, "c-1"]["acknowledged"], "away's ack")
    await here.join(hub)
    assert (here.welcome["directive"], here.welcome["command"]) == ("pause", "c-1")
    await viewer.outcome(run_id, "c-1", "acknowledged")

    newcomer = await Worker("digits", "newcomer").join(hub)
    assert newcomer.welcome["directive"] == "pause"  # it concerns whoever joins later, too
    await viewer.outcome(run_id, "c-1", "pending")


async def test_a_run_with_a_coordinator_pauses_there(hub):
    (first, second, coordinator), viewer, run_id = await run_of(hub, "w1", "w2", coordinator=True)
    await viewer.command("c-1", "digits", "pause")
    assert (await coordinator.ordered("pause"))["applies_at"] == "worker"
    for worker in (first, second):
        assert (await worker.ordered("pause"))["applies_at"] == "coordinator"
        await worker.acknowledge("informed")
    await viewer.acknowledged_by(run_id, "c-1", ["w1", "w2"])
    await viewer.barrier()
    assert viewer.runs[run_id]["state"] == "pausing"  # who acts on it has not said so yet
    await coordinator.acknowledge("paused", 3)
    await viewer.run_state(run_id, "paused")
    await viewer.outcome(run_id, "c-1", "acknowledged")

    late = await Worker("digits", "late").join(hub)
    assert (late.welcome["directive"], late.welcome["applies_at"]) == ("pause", "coordinator")


async def test_named_workers_act_themselves(hub):
    (first, second, coordinator), viewer, run_id = await run_of(hub, "w1", "w2", coordinator=True)
    await viewer.command("c-1", "digits", "pause", workers=["w2"])
    order = await second.ordered("pause")
    assert (order["command"], order["applies_at"]) == ("c-1", "worker")
    await second.acknowledge("paused")
    status = await viewer.outcome(run_id, "c-1", "acknowledged")
    assert (status["workers"], status["acknowledged"]) == (["w2"], ["w2"])
    assert viewer.runs[run_id]["state"] == "running"
    assert viewer.workers[run_id, "w2"]["directive"] == "pause"
    # The others were told nothing: what they are answered next is all they get.
    for other in (first, coordinator):
        await other.report_and_ack(1)
        assert other.directive is other.welcome
    await viewer.command("c-2", "digits", "resume", workers=["w2"])
    await second.ordered("run")
    await second.acknowledge("running")
    await viewer.outcome(run_id, "c-2", "acknowledged")


async def test_a_later_command_supersedes(hub):
    (worker,), viewer, run_id = await run_of(hub, "w")
    await viewer.command("c-1", "digits", "pause")
    await worker.ordered("pause")
    await viewer.command("c-2", "digits", "resume")
    await viewer.outcome(run_id, "c-1", "superseded")
    await worker.ordered("run")
    await worker.acknowledge("running")
    await viewer.outcome(run_id, "c-2", "acknowledged")
    assert viewer.commands[run_id, "c-1"]["outcome"] == "superseded"


async def test_sending_a_command_again_is_safe(hub):
    (worker,), viewer, run_id = await run_of(hub, "w")
    await viewer.command("c-1", "digits", "pause")
    await viewer.outcome(run_id, "c-1", "pending")
    await worker.ordered("pause")
    orders = len(worker.messages)
    await viewer.command("c-1", "digits", "pause")
    await viewer.barrier()
    assert not viewer.errors
    await worker.report_and_ack(1)
    assert all(message["type"] == "ack" for message in worker.messages[orders:])  # not ordered twice
    assert len(hub.json("/api/v1/runs/digits")["commands"]) == 1
    # The same id for something else is a mistake.
    await viewer.command("c-1", "digits", "stop")
    assert (await viewer.error("duplicate_command"))["id"] == "c-1"
    assert viewer.commands[run_id, "c-1"]["action"] == "pause"


async def test_commands_that_cannot_be(hub):
    (worker,), viewer, run_id = await run_of(hub, "w")
    await viewer.command("c-1", "digitz", "pause")
    error = await viewer.error("unknown_run")
    assert error["id"] == "c-1" and "digitz" in error["message"] and "digits" in error["message"]
    await viewer.command("c-2", "digits", "pause", workers=["w", "nobody"])
    error = await viewer.error("unknown_worker")
    assert error["id"] == "c-2" and "nobody" in error["message"]
    await viewer.command("c-3", "digits", "stop")
    await worker.ordered("stop")
    await viewer.command("c-4", "digits", "resume")
    assert (await viewer.error("run_stopping"))["id"] == "c-4"
    await worker.acknowledge("stopped")
    await worker.bye("stopped")
    await viewer.run_state(run_id, "stopped")
    await viewer.command("c-5", "digits", "pause")
    assert (await viewer.error("run_ended"))["id"] == "c-5"
    assert set(viewer.commands) == {(run_id, "c-3")}


async def test_an_acknowledgement_of_nothing(hub):
    (worker,), viewer, _ = await run_of(hub, "w")
    await worker.send({"type": "directive_ack", "command": "c-never", "state": "paused"})
    assert "c-never" in (await worker.error("unknown_command"))["message"]
    await viewer.barrier()
    assert not viewer.commands


async def test_a_stopped_coordinator_frees_its_workers(hub):
    """When the coordinator is gone for good, the workers act themselves."""
    (worker, coordinator), viewer, run_id = await run_of(hub, "w", coordinator=True)
    await viewer.command("c-1", "digits", "stop")
    assert (await worker.ordered("stop"))["applies_at"] == "coordinator"
    await coordinator.ordered("stop")
    await coordinator.acknowledge("stopped")
    await coordinator.bye("stopped")
    await worker.until(lambda: worker.directive["applies_at"] == "worker", "its own turn")
    await worker.acknowledge("stopped")
    await worker.bye("stopped")
    await viewer.run_state(run_id, "stopped")
