"""Acknowledged means committed: nothing is lost and nothing counted twice, whatever dies."""

import asyncio

import pytest

from hub import STOP_LIMIT_S, TIMEOUT_S
from peers import Viewer, Worker

ENERGY = {"energy_j": {"cpu": 10.0}, "intensity_g_per_kwh": 100.0, "num_examples": 10}


async def until_http(condition, what):
    async def poll():
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)
    try:
        await asyncio.wait_for(poll(), TIMEOUT_S)
    except asyncio.TimeoutError:
        raise AssertionError(f"waited in vain for: {what}") from None


def closed_rounds(hub, run):
    return [each for each in hub.json(f"/api/v1/runs/{run}/rounds") if each["revision"] > 0]


def assert_everything_counted_once(hub, run, workers):
    snapshot = hub.json(f"/api/v1/runs/{run}")
    by_name = {each["worker"]: each for each in snapshot["workers"]}
    for worker in workers:
        shown = by_name[worker.name]
        assert shown["reports"] == len(worker.sent), worker.name
        assert shown["last_seq"] == worker.seq
        assert shown["reports_missing"] == 0
        assert shown["energy_j"] == pytest.approx(10.0 * len(worker.sent))
    total = sum(len(worker.sent) for worker in workers)
    assert snapshot["run"]["energy_j"] == pytest.approx(10.0 * total)
    assert sum(each["energy_j"] for each in snapshot["rounds"]) == pytest.approx(10.0 * total)


@pytest.mark.parametrize("after_acks", [1, 40, 150])
async def test_hub_killed_in_the_middle_of_a_run(make_hub, database, after_acks):
    hub = make_hub(database)
    workers = [await Worker("digits", f"w{i}").join(hub) for i in range(2)]
    run_id = workers[0].run_id

    # Both pour out reports; the hub is killed with many on their way.
    async def pour(worker):
        for number in range(1, 201):
            await worker.report(number, metrics={"accuracy": number / 1000}, **ENERGY)
    pouring = [asyncio.create_task(pour(worker)) for worker in workers]
    await workers[0].until(lambda: workers[0].acked >= after_acks, "acks")
    shown = closed_rounds(hub, run_id)
    hub.kill()
    for task in pouring:
        task.cancel()
    for worker in workers:
        await worker.until_closed()  # with the acks that were still on their way
    acked = [worker.acked for worker in workers]

    hub.start()
    # What was shown is shown again, to the last digit.
    after = {each["round"]: each for each in hub.json(f"/api/v1/runs/{run_id}/rounds")}
    for each in shown:
        found = after[each["round"]]
        if found["offset"] == each["offset"]:
            assert found == each
    for worker, before in zip(workers, acked):
        last_sent = worker.seq
        await worker.join(hub)
        assert worker.run_id == run_id
        assert before <= worker.welcome["last_seq"] <= last_sent
        await worker.resend_missing()
        await worker.all_acked()
    for worker in workers:
        await worker.report_and_ack(201, metrics={"accuracy": 0.9}, **ENERGY)
    assert_everything_counted_once(hub, run_id, workers)


async def test_figures_are_the_same_after_a_restart(make_hub, database):
    hub = make_hub(database)
    workers = [await Worker("digits", f"w{i}").join(hub) for i in range(2)]
    for number in range(1, 6):
        for index, worker in enumerate(workers):
            await worker.report_and_ack(number, metrics={"accuracy": (number + index) / 10}, **ENERGY)
    run_id = workers[0].run_id
    before = hub.json(f"/api/v1/runs/{run_id}")
    hub.kill()
    hub.start()
    after = hub.json(f"/api/v1/runs/{run_id}")
    assert after["rounds"] == before["rounds"]
    # The hub may know, or not yet, that the workers' connections are gone: no more than that changes.
    gone = {"offset", "state", "last_event_at", "workers_online", "power_w"}
    for old, new in zip([before["run"], *before["workers"]], [after["run"], *after["workers"]]):
        assert {k: v for k, v in new.items() if k not in gone} == {k: v for k, v in old.items() if k not in gone}
    await workers[0].join(hub)
    assert workers[0].welcome["last_seq"] == 5


async def test_sending_again_is_acknowledged_and_counted_once(make_hub, database):
    hub = make_hub(database)
    worker = await Worker("digits", "w").join(hub)
    for number in range(1, 4):
        await worker.report_and_ack(number, metrics={"accuracy": 0.5}, **ENERGY)
    worker.cut()
    await worker.join(hub)
    assert worker.welcome["last_seq"] == 3
    before = len(worker.messages)
    await worker.send(*worker.sent.values())
    await worker.until(lambda: any(m == {"type": "ack", "seq": 3} for m in worker.messages[before:]), "ack 3")
    await worker.report_and_ack(4, metrics={"accuracy": 0.5}, **ENERGY)
    assert not worker.errors
    assert_everything_counted_once(hub, worker.run_id, [worker])


async def test_the_last_report_may_be_sent_again_at_once(hub):
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1, **ENERGY)
    before = len(worker.messages)
    await worker.send(worker.sent[1])
    await worker.until(lambda: len(worker.messages) > before, "an answer")
    assert worker.messages[before:] == [{"type": "ack", "seq": 1}]
    assert_everything_counted_once(hub, worker.run_id, [worker])


async def test_numbers_that_are_skipped_are_counted_as_missing(hub):
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1, **ENERGY)
    worker.seq += 3  # 2, 3 and 4 were dropped
    await worker.report_and_ack(1, **ENERGY)
    shown = hub.json("/api/v1/runs/digits")["workers"][0]
    assert (shown["last_seq"], shown["reports"], shown["reports_missing"]) == (5, 2, 3)


async def test_postgresql_killed_and_restarted_under_the_hub(make_hub, own_postgres):
    hub = make_hub(own_postgres.url)
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    for number in range(1, 11):
        await worker.report_and_ack(number, metrics={"accuracy": 0.5}, **ENERGY)
    await viewer.round_closed(worker.run_id, 10)

    own_postgres.stop(immediate=True)
    for number in range(11, 21):
        await worker.report(number, metrics={"accuracy": 0.5}, **ENERGY)
    await until_http(lambda: hub.get("/readyz")[0] == 503, "readyz 503")
    assert hub.get("/healthz")[0] == 200
    # A frame that is answered at once, with no store: all acks that were to come have come.
    await worker.send({"type": "nonsense"})
    await worker.error("unknown_type")
    await viewer.barrier()
    assert worker.acked == 10
    assert (worker.run_id, 11) not in viewer.rounds  # nor is anything shown that is not stored

    own_postgres.start()
    await worker.all_acked()
    await viewer.round_closed(worker.run_id, 20)
    await until_http(hub.ready, "readyz 200")
    await worker.report_and_ack(21, metrics={"accuracy": 0.5}, **ENERGY)
    assert_everything_counted_once(hub, worker.run_id, [worker])
    hub.restart()
    assert_everything_counted_once(hub, worker.run_id, [worker])


async def test_postgresql_restarted_between_two_reports(make_hub, own_postgres):
    """The connection that the hub holds is dead, and it finds out only by using it."""
    hub = make_hub(own_postgres.url)
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1, metrics={"accuracy": 0.5}, **ENERGY)
    own_postgres.stop()
    own_postgres.start()
    await worker.report_and_ack(2, metrics={"accuracy": 0.5}, **ENERGY)
    assert_everything_counted_once(hub, worker.run_id, [worker])


async def test_hub_stopped_while_postgresql_is_away(make_hub, own_postgres):
    """It cannot commit what it holds, but it stops in time, and nothing that was acknowledged is lost."""
    hub = make_hub(own_postgres.url)
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1, metrics={"accuracy": 0.5}, **ENERGY)
    own_postgres.stop(immediate=True)
    await worker.report(2, metrics={"accuracy": 0.5}, **ENERGY)
    stopping = asyncio.create_task(asyncio.to_thread(_stop_in_time, hub))
    assert await worker.until_closed() == 1001
    await stopping
    assert worker.acked == 1
    own_postgres.start()
    hub.start()
    await worker.join(hub)
    assert worker.welcome["last_seq"] == 1
    await worker.resend_missing()
    await worker.all_acked()
    assert_everything_counted_once(hub, worker.run_id, [worker])


async def test_hub_stopped_while_postgresql_hangs(make_hub, own_postgres):
    """A server that neither answers nor dies holds up the commit, but not the end of the hub."""
    hub = make_hub(own_postgres.url)
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1, metrics={"accuracy": 0.5}, **ENERGY)
    own_postgres.freeze()
    await worker.report(2, metrics={"accuracy": 0.5}, **ENERGY)
    stopping = asyncio.create_task(asyncio.to_thread(_stop_in_time, hub))
    assert await worker.until_closed() == 1001
    await stopping
    assert worker.acked == 1
    own_postgres.thaw()
    hub.start()
    await worker.join(hub)
    assert worker.welcome["last_seq"] in (1, 2)  # the commit may have been on its way
    await worker.resend_missing()
    await worker.all_acked()
    assert_everything_counted_once(hub, worker.run_id, [worker])


def _stop_in_time(hub):
    """As Hub.stop, but the exit status may say that reports were left unacknowledged."""
    hub.process.terminate()
    hub.process.wait(STOP_LIMIT_S)
    hub._gone()
