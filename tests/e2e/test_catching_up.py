"""Offsets: a viewer that comes back gets exactly what it missed, over a restart of the hub too."""

from peers import Viewer, Worker


async def fresh_state(hub, run_id):
    viewer = await (await Viewer("fresh").join(hub)).watch(run_id)
    await viewer.barrier()
    await viewer.close()
    return viewer.state(run_id)


async def test_since_brings_what_was_missed_and_no_snapshot(make_hub, database):
    hub = make_hub(database)
    workers = [await Worker("digits", f"w{i}").join(hub) for i in range(3)]
    run_id = workers[0].run_id
    viewer = await (await Viewer().join(hub)).watch("digits")
    for worker in workers:
        await worker.report_and_ack(1, metrics={"accuracy": 0.5}, energy_j={"cpu": 10.0})
    await viewer.round_closed(run_id, 1)
    await viewer.barrier()
    viewer.cut()
    seen, untouched = viewer.offset, viewer.workers[run_id, "w2"]

    for worker in workers[:2]:
        await worker.report_and_ack(2, metrics={"accuracy": 0.6}, energy_j={"cpu": 10.0})
    await workers[0].bye()
    await viewer.join(hub)
    before = len(viewer.messages)
    await viewer.watch("digits", since=seen)
    await viewer.event(run_id, "worker_left", "w0")
    await viewer.barrier()
    assert viewer.snapshots == 1
    news = [message for message in viewer.messages[before:] if message["type"] != "error"]
    assert all(message["offset"] > seen for message in news)
    # Round 1 and the worker that did nothing have not changed.
    assert {message["worker"] for message in news if message["type"] == "worker"} == {"w0", "w1"}
    assert {message["round"] for message in news if message["type"] == "round"} == {2}
    assert viewer.workers[run_id, "w2"] == untouched
    assert viewer.state(run_id) == await fresh_state(hub, run_id)


async def test_since_holds_over_a_restart(make_hub, database):
    hub = make_hub(database)
    worker = await Worker("digits", "w").join(hub)
    run_id = worker.run_id
    viewer = await (await Viewer().join(hub)).watch("digits")
    await worker.report_and_ack(1, metrics={"accuracy": 0.5}, energy_j={"cpu": 10.0})
    await viewer.command("c-1", "digits", "pause", reason="lunch")
    await viewer.round_closed(run_id, 1)
    await viewer.outcome(run_id, "c-1", "pending")
    await viewer.barrier()
    viewer.cut()
    seen = viewer.offset
    await worker.ordered("pause")
    await worker.acknowledge("paused", 1)
    worker.cut()
    hub.kill()

    hub.start()
    await worker.join(hub)
    await worker.acknowledge("paused", 1)  # the first may or may not have been stored
    await worker.report_and_ack(1, phase="idle", energy_j={"cpu": 1.0})
    await viewer.join(hub)
    await viewer.watch("digits", since=seen)
    await viewer.outcome(run_id, "c-1", "acknowledged")
    await viewer.run_state(run_id, "paused")
    await viewer.until(lambda: viewer.rounds[run_id, 1]["late_reports"] == 1, "the late report")
    await viewer.barrier()
    assert viewer.snapshots == 1
    assert viewer.state(run_id) == await fresh_state(hub, run_id)


async def test_since_the_newest_offset_brings_nothing(hub):
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await worker.report_and_ack(1, metrics={"accuracy": 0.5})
    await viewer.round_closed(worker.run_id, 1)
    await viewer.barrier()
    again = await Viewer().join(hub)
    await again.watch("digits", since=viewer.offset)
    await again.barrier()
    assert {message["type"] for message in again.messages} == {"welcome", "error"}
    await worker.report_and_ack(2, metrics={"accuracy": 0.5})
    await again.round_closed(worker.run_id, 2)  # but it is subscribed


async def test_since_an_offset_that_never_was_brings_a_snapshot(hub):
    worker = await Worker("digits", "w").join(hub)
    viewer = await Viewer().join(hub)
    await viewer.watch("digits", since=1_000_000)
    await viewer.until(lambda: viewer.snapshots == 1, "snapshot")
    assert worker.run_id in viewer.runs


async def test_offsets_of_events_rise_and_name_what_happened(hub):
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await worker.report_and_ack(1, metrics={"accuracy": 0.5})
    await worker.bye()
    await viewer.event(worker.run_id, "run_ended")
    offsets = [each["offset"] for each in viewer.events]
    assert offsets == sorted(offsets) and offsets[0] >= 1
    assert [each["kind"] for each in viewer.events][:2] == ["run_started", "worker_joined"]
    assert all(each["message"] for each in viewer.events)
    assert viewer.offset == viewer.runs[worker.run_id]["offset"]
