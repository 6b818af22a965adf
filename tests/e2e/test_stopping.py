"""SIGTERM and SIGINT: commit, tell everybody with 1001, exit 0 within five seconds."""

import asyncio
import json
import signal

import pytest

from peers import Viewer, Worker
from raw_socket import TEXT, RawSocket

ENERGY = {"energy_j": {"cpu": 10.0}}


@pytest.mark.sanitize
@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
async def test_everybody_is_told(hub, signal_number):
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    silent = await Worker("digits", "silent").connect(hub)  # has not even said hello
    await worker.report_and_ack(1, metrics={"accuracy": 0.5})
    stopping = asyncio.create_task(asyncio.to_thread(hub.stop, signal_number))
    codes = await asyncio.gather(*(peer.until_closed() for peer in (worker, viewer, silent)))
    await stopping
    assert codes == [1001, 1001, 1001]
    with pytest.raises(OSError):
        await Worker("digits", "w").connect(hub)
    hub.start()
    await worker.join(hub)
    assert worker.welcome["last_seq"] == 1


async def test_what_it_holds_is_committed_and_acknowledged(make_hub, database):
    hub = make_hub(database)
    worker = await Worker("digits", "w").join(hub)
    for number in range(1, 101):
        await worker.report(number, metrics={"accuracy": 0.5}, **ENERGY)
    await worker.until(lambda: worker.acked >= 1, "the first ack")
    stopping = asyncio.create_task(asyncio.to_thread(hub.stop))
    assert await worker.until_closed() == 1001
    await stopping
    hub.start()
    await worker.join(hub)
    # All that was stored had been acknowledged: the hub went in order.
    assert worker.welcome["last_seq"] >= worker.acked >= 1
    await worker.resend_missing()
    await worker.all_acked()
    assert hub.json("/api/v1/runs/digits")["run"]["energy_j"] == pytest.approx(1000.0)


async def test_a_stalled_peer_does_not_hold_it_up(hub):
    worker = await Worker("digits", "w").join(hub)
    with RawSocket(hub, receive_buffer=4096) as stalled:
        stalled.handshake("/v1/viewer")
        stalled.send_frame(TEXT, json.dumps([{"type": "hello"}, {"type": "subscribe", "run": "*"}]).encode())
        for number in range(1, 301):
            await worker.report(number, metrics={f"metric-{i}": i / 3 for i in range(40)})
        await worker.all_acked()
        stopping = asyncio.create_task(asyncio.to_thread(hub.stop))
        assert await worker.until_closed() == 1001
        await stopping


async def test_a_slow_viewer_hurts_only_itself(hub):
    """It reads nothing; the others get everything, and it is told and dropped, or catches up."""
    worker = await Worker("digits", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    with RawSocket(hub, receive_buffer=4096) as stalled:
        stalled.handshake("/v1/viewer")
        stalled.send_frame(TEXT, json.dumps([{"type": "hello"}, {"type": "subscribe", "run": "*"}]).encode())
        for number in range(1, 501):
            await worker.report(number, metrics={f"metric-{i}": i / 3 for i in range(40)})
        await worker.all_acked()
        await viewer.round_closed(worker.run_id, 500)
    await viewer.barrier()
    assert len(viewer.rounds) == 500


def test_an_idle_hub_stops_at_once(hub):
    hub.stop()
