"""The load generator of bench/: it must work, and it must not believe what it has not seen."""

import asyncio
import json
import os
import subprocess

import websockets
from hub import clean_environment

PROGRAM = os.environ.get("FEDWATT_LOAD_PROGRAM", "load")


async def load(port, *options):
    """Exit status, result and what it said on standard error."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "--json", "--port", str(port), "--warmup", "0", *map(str, options),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment())
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, json.loads(output) if output else None, errors.decode()


async def test_every_viewer_of_a_hub_sees_every_report(make_hub, database):
    hub = make_hub(database)
    status, result, errors = await load(
        hub.port, "--workers", 20, "--viewers", 5, "--stalled", 2, "--idle", 3, "--seconds", 60,
        "--reports", 400, "--server-pid", hub.process.pid)
    assert status == 0, errors
    assert result["reports"] == 400 and result["missing"] is None
    assert 0 < result["states_per_report"] <= 1  # never two states for one report
    assert result["server_cpu_us"] > 0 and result["server_peak_mb"] > 1
    assert 0 < result["view_ms"]["p50"] <= result["view_ms"]["p99"] <= result["view_ms"]["max"]
    run, = hub.json("/api/v1/runs")
    assert run["workers_total"] == 20 and run["rounds_closed"] == 20


async def test_a_rate_is_kept_without_waiting_for_acks(make_hub, sqlite_database):
    hub = make_hub(sqlite_database)
    status, result, errors = await load(hub.port, "--workers", 7, "--viewers", 2, "--rate", 100,
                                        "--reports", 70, "--seconds", 60)
    assert status == 0, errors
    assert result["reports"] >= 70 and result["ack_ms"]["p50"] > 0


class Liar:
    """A server that acknowledges reports and shows viewers only those up to `shown`."""

    def __init__(self, shown):
        self.shown = shown
        self.viewers = []

    async def serve(self, socket, path):
        try:
            await self.converse(socket, path)
        except websockets.ConnectionClosed:
            pass

    async def converse(self, socket, path):
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] == "hello":
                worker = message.get("worker")
                await socket.send('{"type":"welcome"}')
            elif message["type"] == "subscribe":
                await socket.send("[]")
                self.viewers.append(socket)
            else:
                await socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))
                if message["seq"] <= self.shown:
                    state = {"type": "worker", "worker": worker, "last_seq": message["seq"]}
                    for viewer in self.viewers:
                        await viewer.send(json.dumps([state]))


async def load_of_liar(shown):
    async with websockets.serve(Liar(shown).serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        return await load(port, "--workers", 1, "--viewers", 2, "--reports", 5, "--catch-up", 0.2)


async def test_what_a_viewer_was_never_shown_is_an_error():
    status, result, errors = await load_of_liar(shown=4)
    assert status == 1
    assert result["missing"] == "viewer 0 saw load-0 at report 4 and not at 5"
    assert result["missing"] in errors


async def test_the_same_server_passes_when_it_shows_all():
    status, result, errors = await load_of_liar(shown=5)
    assert status == 0, errors
    assert result["states_per_report"] == 1
