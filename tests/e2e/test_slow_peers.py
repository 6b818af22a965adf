"""Peers that are slow, on purpose or because they are gone: each is closed in time, costs little
until then, and nobody else waits for it."""

import asyncio
import select
import struct
import threading

import pytest

from hub import TIME_FACTOR, TIMEOUT_S, until
from peers import Viewer, Worker
from raw_socket import CLOSE, PING, frame, handshake_request
from swarm import (VIEWER_SAYS, connect, memory_bytes, read_to_end, read_until, says, until_connections, worker_says)

SANITIZED = TIME_FACTOR > 1  # then memory is not what it is
SMALL_BUFFER = 4096
MEGABYTE = 1 << 20


def close_code(data):
    """That of the close frame that ends what a peer has read; None where there is none."""
    for at in range(len(data) - 4, max(len(data) - 130, -1), -1):
        if data[at] == 0x80 | CLOSE and data[at + 1] == len(data) - at - 2:
            return struct.unpack("!H", data[at + 2:at + 4])[0]
    return None


# ---- before anything is said --------------------------------------------------------------------


UNFINISHED = {"nothing": b"", "half a handshake": handshake_request()[:-2], "half a line": b"GET /healthz HT",
              "half a body": b"POST /api/v1/runs HTTP/1.1\r\nHost: hub\r\nContent-Length: 100\r\n\r\n{"}


@pytest.mark.sanitize
@pytest.mark.parametrize("opening", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_who_never_finishes_is_hung_up_on(make_hub, sqlite_database, opening):
    hub = make_hub(sqlite_database, "--peer-handshake", "1")
    peers = [connect(hub, opening) for _ in range(20)]
    for peer in peers:
        read_to_end(peer)
        peer.close()
    until_connections(hub, 0)


def test_a_handshake_byte_by_byte_gets_no_more_time(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--peer-handshake", "1")
    peer = connect(hub)
    hung_up = threading.Event()

    def trickle():
        while not hung_up.wait(0.05):
            try:
                peer.send(b"G")
            except OSError:
                return
    trickler = threading.Thread(target=trickle)
    trickler.start()
    read_to_end(peer)
    hung_up.set()
    trickler.join()
    peer.close()


async def test_slow_handshakes_take_no_place_from_others(make_hub, sqlite_database):
    """There is room for a thousand who have not finished; for one more, the oldest goes."""
    hub = make_hub(sqlite_database, "--peer-handshake", "3600", "--max-connections", "100")
    slow = [connect(hub, b"GET /v1/worker HTTP/1.1\r\n") for _ in range(1_500)]
    until_connections(hub, 1_000)
    worker = await Worker("digits", "w").join(hub)
    await worker.report_and_ack(1)
    for peer in slow[:501]:
        read_to_end(peer)
    younger = select.poll()
    for peer in slow[501:]:
        younger.register(peer, select.POLLIN)
    assert not younger.poll(0), "somebody younger had to go"
    for peer in slow:
        peer.close()
    await worker.report_and_ack(1)
    await worker.close()
    until_connections(hub, 0)


# ---- gone without a word ------------------------------------------------------------------------


async def test_who_gives_no_sign_of_life_is_closed(make_hub, sqlite_database):
    """A peer whose machine has lost its power answers no ping. One that only has nothing to say does."""
    hub = make_hub(sqlite_database, "--peer-silent", "2")
    quiet_one = await Worker("digits", "quiet").join(hub)
    gone = [connect(hub, VIEWER_SAYS), connect(hub, worker_says("digits", "gone"))]
    for peer in gone:
        assert close_code(await asyncio.to_thread(read_to_end, peer)) == 3002
        peer.close()
    await quiet_one.report_and_ack(1)
    viewer = await (await Viewer().join(hub)).watch("digits")
    await viewer.worker_state(quiet_one.run_id, "gone", "away")
    await viewer.close()


# ---- those who do not read ----------------------------------------------------------------------


def send_until_blocked(peer, chunk, at_most):
    """How much went out before the other side stopped taking it for a second."""
    peer.setblocking(False)
    sent = 0
    while sent < at_most and select.select([], [peer], [], 1)[1]:
        sent += peer.send(chunk)
    return sent


@pytest.mark.sanitize
def test_a_flood_is_slowed_by_tcp(make_hub, sqlite_database):
    """A worker sends and sends and reads none of the answers: neither answers nor questions pile up."""
    hub = make_hub(sqlite_database, "--peer-slow", "3600", "--peer-silent", "3600")
    opening = worker_says("digits", "flood")
    peer = connect(hub, opening, SMALL_BUFFER)
    memory = memory_bytes(hub)
    ping, pong = frame(PING, b"p" * 125), b"\x8a\x7d" + b"p" * 125
    sent = send_until_blocked(peer, ping * 500, 200 * MEGABYTE)
    print(f"{sent >> 10} kB taken, memory {(memory_bytes(hub) - memory) >> 10} kB more")
    assert sent < 50 * MEGABYTE
    assert SANITIZED or memory_bytes(hub) - memory < 8 * MEGABYTE
    # When it reads, it is read again: every ping is answered that went out whole.
    peer.settimeout(TIMEOUT_S)
    answers = 0
    while answers < sent // len(ping) * len(pong):
        answers += len(peer.recv(MEGABYTE))
    peer.close()


METRICS = {f"metric {i:3} " + "m" * 150: 0.5 for i in range(60)}  # so that a round is much to tell
VIEWER_WATCHES = VIEWER_SAYS + says({"type": "subscribe", "run": "busy"})


def stalled_viewers(hub, count):
    viewers = [connect(hub, VIEWER_WATCHES, SMALL_BUFFER) for _ in range(count)]
    for viewer in viewers:
        read_until(viewer, b'"snapshot"')
    return viewers


async def test_a_hundred_viewers_who_do_not_read(make_hub, sqlite_database):
    """They cost no memory to speak of, and nobody waits for them. Who reads on at last is shown what is
    new, and not all that was."""
    hub = make_hub(sqlite_database, "--peer-slow", "3600", "--peer-silent", "3600")
    worker = await Worker("busy", "w").join(hub)
    viewer = await (await Viewer().join(hub)).watch("busy")

    async def rounds(first, last):
        for number in range(first, last + 1):
            await worker.report_and_ack(number, metrics=METRICS)
            if number % 10 == 0:
                await viewer.round_closed(worker.run_id, number - 1)
    stalled = stalled_viewers(hub, 100)
    await rounds(1, 200)  # by now they are behind
    memory = memory_bytes(hub)
    await rounds(201, 500)
    grown = memory_bytes(hub) - memory
    print(f"memory {memory >> 10} kB, then {grown >> 10} kB more")
    assert grown < 16 * MEGABYTE  # of which the run's own 300 rounds are the most
    shown = read_until(stalled[0], b'"round":500,')
    assert b'"round":500,' in shown
    assert shown.count(b'"type":"run"') < 400, "that was no newest state, but everything"
    for peer in stalled:
        peer.close()
    until_connections(hub, 2)


async def test_who_does_not_read_is_told_and_closed(make_hub, sqlite_database):
    """One that reads at last finds the reason behind what it missed; one that never does just goes."""
    hub = make_hub(sqlite_database, "--peer-slow", "2", "--peer-silent", "3600")
    worker = await Worker("busy", "w").join(hub)
    wakes, sleeps = stalled_viewers(hub, 2)
    number = 0
    while 'fedwatt_behind_peers 2' not in hub.get("/metrics")[1]:
        number += 1
        await worker.report_and_ack(number, metrics=METRICS)
    until(lambda: 'fedwatt_closed_total{code="3000"} 2' in hub.get("/metrics")[1], "two that are closed")
    assert close_code(read_to_end(wakes)) == 3000
    until_connections(hub, 1)
    await worker.report_and_ack(number + 1)
    wakes.close()
    sleeps.close()


def test_who_does_not_read_an_http_answer(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--peer-slow", "1")
    worker = connect(hub, worker_says("long", "w") + b"".join(
        says({"type": "report", "seq": number, "round": number, "phase": "fit", "duration_s": 1.0,
              "started_at": "2026-01-01T00:00:00.000Z", "metrics": METRICS}) for number in range(1, 401)))
    read_until(worker, b'"seq":400}')
    assert len(hub.get("/api/v1/runs/long/rounds")[1]) > 4 * MEGABYTE
    slow = []
    for _ in range(10):
        slow.append(connect(hub, b"GET /api/v1/runs/long/rounds HTTP/1.1\r\nHost: hub\r\n\r\n", SMALL_BUFFER))
        assert slow[-1].recv(1) == b"H"
    until_connections(hub, 1)
    worker.close()
    for peer in slow:
        peer.close()
