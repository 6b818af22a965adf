"""Whatever a peer sends, it gets a clear answer, and nobody else on the hub notices."""

import contextlib
import json

import pytest
import websockets

from hub import Hub
from peers import Viewer, Worker
from raw_socket import BINARY, TEXT, RawSocket

REPORT = {"type": "report", "seq": 1, "round": 1, "phase": "fit", "started_at": "2026-01-01T00:00:00.000Z",
          "duration_s": 1.5}
TEN_MEGABYTES = 10_000_000


@pytest.fixture(scope="module")
def shared_hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad-input")
    hub = Hub(f"sqlite:{folder}/hub.db", folder / "hub.log").start()
    yield hub
    hub.dispose()


@pytest.fixture
def undisturbed(shared_hub):
    """A worker and a viewer that must notice nothing of what the test does to the hub."""
    @contextlib.asynccontextmanager
    async def watch():
        worker = await Worker("bystanders", "w").join(shared_hub)
        viewer = await (await Viewer().join(shared_hub)).watch("bystanders")
        await worker.report_and_ack(worker.seq + 1, metrics={"accuracy": 0.5})
        yield shared_hub
        await worker.report_and_ack(worker.seq + 1, metrics={"accuracy": 0.5})
        await viewer.round_closed(worker.run_id, worker.seq)
        await viewer.barrier()
        assert not worker.errors and not viewer.errors
        await worker.close()
        await viewer.close()
    return watch


def report(**changes):
    return json.dumps({**REPORT, **changes})


# What a worker may get wrong: the frame, the error's code, and a part of its message.
BAD_FRAMES = {
    "no JSON": ("hello?", "malformed_json", "parse error"),
    "half of it": (report()[:-5], "malformed_json", "parse error"),
    "nothing": ("", "malformed_json", "parse error"),
    "NaN": (report().replace("1.5", "NaN"), "malformed_json", "parse error"),
    "Infinity": (report().replace("1.5", "Infinity"), "malformed_json", "parse error"),
    "1e400": (report().replace("1.5", "1e400"), "malformed_json", "too big"),
    "a number": ("42", "malformed_message", "object"),
    "no type": ('{"seq": 1}', "malformed_message", "type"),
    "deep nesting": ("[" * 30_000, "malformed_json", "parse error"),
    "an unknown type": ('{"type": "telemetry"}', "unknown_type", "telemetry"),
    "a viewer's message": ('{"type": "subscribe", "run": "*"}', "unknown_type", "subscribe"),
    "accuracy 1.7": (report(metrics={"accuracy": 1.7}), "invalid_report", "accuracy 1.7 is outside 0..1"),
    "accuracy in percent": (report(metrics={"accuracy": 81}), "invalid_report", "send a fraction"),
    "negative energy": (report(energy_j={"cpu": -5}), "invalid_report", "energy_j.cpu -5 is outside"),
    "energy as a string": (report(energy_j={"cpu": "5"}), "invalid_report", "energy_j.cpu must be a number"),
    "negative duration": (report(duration_s=-1), "invalid_report", "duration_s -1 is outside"),
    "round as a string": (report(round="1"), "invalid_report", "round must be a number"),
    "round 1.5": (report(round=1.5), "invalid_report", "round must be a whole number"),
    "seq 0": (report(seq=0), "invalid_report", "seq 0 is outside"),
    "seq 1e19": (report(seq=10**19), "invalid_report", "seq 1e+19 is outside"),
    "unknown phase": (report(phase="train"), "invalid_report", "phase must be one of"),
    "no started_at": (report(started_at=None), "invalid_report", "started_at is missing"),
    "31 February": (report(started_at="2026-02-31T00:00:00Z"), "invalid_report", "started_at must be a time"),
    "an acknowledgement of no kind": ('{"type":"directive_ack","command":"c","state":"tired"}',
                                      "invalid_directive_ack", "state must be one of"),
}


@pytest.mark.parametrize("frame, code, says", BAD_FRAMES.values(), ids=BAD_FRAMES.keys())
async def test_a_worker_sends_nonsense(undisturbed, frame, code, says):
    async with undisturbed() as hub:
        worker = await Worker("nonsense", "w").join(hub)
        await worker.socket.send(frame)
        error = await worker.error(code)
        assert says in error["message"]
        if code == "invalid_report" and not says.startswith("seq"):
            assert error["seq"] == 1
        # Nothing of it was taken, and the connection lives.
        await worker.report_and_ack(1)
        assert not worker.errors
        await worker.close()


BAD_VIEWER_FRAMES = {
    "no JSON": ("pause!", "malformed_json", "parse error"),
    "a worker's message": (report(), "unknown_type", "report"),
    "subscribe to nothing": ('{"type":"subscribe"}', "invalid_subscribe", "run is missing"),
    "since of -1": ('{"type":"subscribe","run":"*","since":-1}', "invalid_subscribe", "since -1 is outside"),
    "an unknown run": ('{"type":"subscribe","run":"nowhere"}', "unknown_run", "nowhere"),
    "unsubscribe an unknown run": ('{"type":"unsubscribe"}', "invalid_unsubscribe", "run is missing"),
    "an unknown action": ('{"type":"command","id":"x-1","run":"bystanders","action":"explode"}',
                          "invalid_command", "action must be one of pause, resume, stop"),
    "workers as a string": ('{"type":"command","id":"x-2","run":"bystanders","action":"stop","workers":"w"}',
                            "invalid_command", "workers must be an array"),
    "no workers": ('{"type":"command","id":"x-3","run":"bystanders","action":"stop","workers":[]}',
                   "invalid_command", "workers"),
    "an escape sequence for a reason": (
        '{"type":"command","id":"x-4","run":"bystanders","action":"stop","reason":"\\u001b[2J"}',
        "invalid_command", "reason holds a control character"),
}


@pytest.mark.parametrize("frame, code, says", BAD_VIEWER_FRAMES.values(), ids=BAD_VIEWER_FRAMES.keys())
async def test_a_viewer_sends_nonsense(undisturbed, frame, code, says):
    async with undisturbed() as hub:
        viewer = await Viewer().join(hub)
        await viewer.socket.send(frame)
        error = await viewer.error(code)
        assert says in error["message"]
        assert error["id"] == json.loads(frame).get("id") if code == "invalid_command" else True
        await viewer.barrier()
        assert not viewer.errors
        await viewer.close()


async def test_good_and_bad_in_one_frame(undisturbed):
    async with undisturbed() as hub:
        worker = await Worker("mixed", "w").join(hub)
        await worker.send(worker.make_report(1), 7, {"type": "?"}, {**REPORT, "seq": 2, "duration_s": -1},
                          worker.make_report(2))
        await worker.all_acked()
        assert [each["code"] for each in worker.errors] == ["malformed_message", "unknown_type", "invalid_report"]
        assert hub.json("/api/v1/runs/mixed")["workers"][0]["reports"] == 2


async def test_a_seq_that_goes_back(undisturbed):
    async with undisturbed() as hub:
        worker = await Worker("back", "w").join(hub)
        for _ in range(3):
            await worker.report_and_ack(1, energy_j={"cpu": 1.0})
        for seq in (2, 1):
            await worker.send({**worker.sent[seq], "energy_j": {"cpu": 1000.0}})
            error = await worker.error("seq_went_back")
            assert error["seq"] == seq
        await worker.report_and_ack(1, energy_j={"cpu": 1.0})
        assert hub.json("/api/v1/runs/back")["run"]["energy_j"] == 4.0


@pytest.mark.parametrize("peer", [Worker("twice", "w"), Viewer()], ids=["worker", "viewer"])
async def test_hello_twice(undisturbed, peer):
    async with undisturbed() as hub:
        await peer.join(hub)
        await peer.send({"type": "hello", "run": "another", "worker": "w2", "name": "eve"})
        await peer.error("already_greeted")
        if isinstance(peer, Worker):
            await peer.report_and_ack(1)
        else:
            await peer.barrier()
        assert all(run["name"] != "another" for run in hub.json("/api/v1/runs"))
        await peer.close()


@pytest.mark.parametrize("peer, message", [
    (Worker("rude", "w"), REPORT), (Worker("rude", "w"), {"type": "bye"}),
    (Viewer(), {"type": "subscribe", "run": "*"}),
    (Viewer(), {"type": "command", "id": "c", "run": "bystanders", "action": "stop"}),
], ids=["report", "bye", "subscribe", "command"])
async def test_no_hello(undisturbed, peer, message):
    async with undisturbed() as hub:
        await peer.connect(hub)
        await peer.send(message)
        await peer.error("no_hello")
        assert all(run["name"] != "rude" for run in hub.json("/api/v1/runs"))
        await peer.close()


BAD_HELLOS = {
    "no run": ({"run": None}, "run is missing"),
    "an empty name": ({"worker": ""}, "worker is empty"),
    "a name of 201 bytes": ({"run": "r" * 201}, "longer than 200 bytes"),
    "a control character": ({"run": "a\nb"}, "control character"),
    "a PUE below 1": ({"pue": 0.5}, "pue 0.5 is outside 1..100"),
    "an unknown role": ({"role": "boss"}, "role must be one of"),
}


@pytest.mark.parametrize("changes, says", BAD_HELLOS.values(), ids=BAD_HELLOS.keys())
async def test_a_bad_hello_may_be_said_again(undisturbed, changes, says):
    async with undisturbed() as hub:
        worker = await Worker("clumsy", "w").connect(hub)
        await worker.send({**worker.hello, **changes})
        assert says in (await worker.error("invalid_hello"))["message"]
        await worker.send(worker.hello)
        await worker.until(lambda: worker.welcome, "welcome")
        await worker.close()


async def test_hello_to_an_unknown_run_id(undisturbed):
    async with undisturbed() as hub:
        worker = await Worker("digits", "w").connect(hub)
        await worker.send({**worker.hello, "run_id": "r-that-never-was"})
        assert "r-that-never-was" in (await worker.error("unknown_run"))["message"]


async def test_error_after_error_closes_the_connection(undisturbed):
    async with undisturbed() as hub:
        worker = await Worker("noise", "w").join(hub)
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(20_000):
                await worker.socket.send("noise")
        assert await worker.until_closed() == 3502


async def test_a_frame_full_of_errors_is_answered_with_few(undisturbed):
    async with undisturbed() as hub:
        worker = await Worker("noise", "w").join(hub)
        await worker.socket.send("[" + "1," * 30_000 + "1]")
        assert await worker.until_closed() == 3502
        assert len(worker.errors) < 1000


async def test_the_longest_words_come_through(undisturbed):
    """What is allowed in is shown again, quoted in the hub's own sentences too."""
    async with undisturbed() as hub:
        run, name = "r" * 200, "w" * 200
        worker = await Worker(run, name, region="R" * 200, framework="f" * 1000,
                              hardware={"cpu": "c" * 1000, "gpu": ["g" * 200]}).join(hub)
        viewer = await (await Viewer("n" * 1000).join(hub)).watch(run)
        await worker.report_and_ack(1, metrics={"m" * 200: 1e300}, energy_j={"cpu": 1e12, "gpu": 1e12, "ram": 1e12},
                                    energy_source={"cpu": "s" * 200}, intensity_g_per_kwh=1e5)
        await viewer.command("i" * 200, run, "pause", workers=[name], reason="x" * 1000)
        await worker.ordered("pause")
        await worker.acknowledge("paused")
        await viewer.outcome(worker.run_id, "i" * 200, "acknowledged")
        await worker.bye("y" * 1000)
        await viewer.run_state(worker.run_id, "finished")


# ---- frames that are wrong before anything is decoded -------------------------------------------


@pytest.mark.parametrize("path", ["/v1/worker", "/v1/viewer"])
@pytest.mark.parametrize("opcode, payload, claim, code", [
    (BINARY, b'{"type":"hello"}', None, 1003),
    (TEXT, b'{"type":"bye","reason":"\xff\xfe"}', None, 1007),
    (TEXT, b"\xed\xa0\x80", None, 1007),
    (TEXT, b"[" + b" " * 65_536, TEN_MEGABYTES, 1009),
    (TEXT, b"[" + b" " * 65_536, None, 1009),
], ids=["binary", "no UTF-8", "a surrogate", "10 MB", "64 KiB and 1 byte"])
async def test_frames_that_close_the_connection(undisturbed, path, opcode, payload, claim, code):
    async with undisturbed() as hub:
        with RawSocket(hub) as raw:
            assert " 101 " in raw.handshake(path)
            raw.send_frame(opcode, payload, claim_bytes=claim)
            assert raw.read_close() == code


async def test_a_frame_of_64_kib_is_fine(undisturbed):
    async with undisturbed() as hub:
        worker = await Worker("large", "w").join(hub)
        text = json.dumps(worker.make_report(1))
        await worker.socket.send(text + " " * (65_536 - len(text)))
        await worker.all_acked()


async def test_ten_megabytes_all_of_it(undisturbed):
    async with undisturbed() as hub:
        worker = await Worker("large", "w").join(hub)
        with contextlib.suppress(websockets.ConnectionClosed, ConnectionError):
            await worker.socket.send("x" * TEN_MEGABYTES)
        await worker.until_closed()


async def test_a_text_that_ends_within_a_character(undisturbed):
    """RFC 6455 wants 1007; an error that says so will do, but taken it must not be."""
    async with undisturbed() as hub:
        with RawSocket(hub) as raw:
            raw.handshake()
            raw.send_frame(TEXT, b'{"type":"hello","run":"utf8","worker":"\xe2\x82', fin=False)
            raw.send_frame(0, b"", fin=True)
            opcode, payload = raw.read_frame()
            assert opcode == 8 or json.loads(payload)["code"] == "malformed_json"


async def test_a_frame_that_is_not_masked(undisturbed):
    async with undisturbed() as hub:
        with RawSocket(hub) as raw:
            raw.handshake()
            raw.send(b"\x81\x02{}")
            assert raw.read_close() == 1002


async def test_a_peer_that_stops_within_a_frame(undisturbed):
    async with undisturbed() as hub:
        with RawSocket(hub) as raw:
            raw.handshake()
            raw.send_frame(TEXT, b'{"type":', claim_bytes=50_000)


# ---- handshakes and HTTP ------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/worker/", "/v2/worker", "/v1/../v1/worker", "/socket.io/"])
async def test_unknown_paths_are_no_websockets(undisturbed, path):
    async with undisturbed() as hub:
        with pytest.raises(websockets.InvalidStatusCode) as refused:
            await websockets.connect(f"{hub.url()}{path}", ssl=hub.authority and hub.authority.client())
        assert refused.value.status_code == 404


async def test_the_subprotocol_is_selected_where_it_is_offered(undisturbed):
    async with undisturbed() as hub:
        worker = Worker("digits", "w")
        await worker.connect(hub, subprotocols=["mqtt", "fedwatt.v1"])
        assert worker.socket.subprotocol == "fedwatt.v1"
        await worker.close()
        await worker.connect(hub)
        assert worker.socket.subprotocol is None
        await worker.close()


@pytest.mark.parametrize("headers", [
    {"Sec_WebSocket_Version": "8"}, {"Sec_WebSocket_Key": "short"}, {"Upgrade": "h2c"},
], ids=["an old draft", "a bad key", "another protocol"])
async def test_handshakes_that_are_wrong(undisturbed, headers):
    async with undisturbed() as hub:
        with RawSocket(hub) as raw:
            assert " 101 " not in raw.handshake(**headers)


GARBAGE = {
    "TLS": bytes.fromhex("16030102000100") + b"\x01" * 300,
    "zeroes": b"\0" * 4096,
    "half a request": b"GET / HTTP/1.1\r\nHost: hub\r\n",
    "an unknown method": b"BREW /pot HTCPCP/1.0\r\n\r\n",
    "a version from the future": b"GET /healthz HTTP/9.9\r\nHost: hub\r\n\r\n",
    "an endless header": b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 1_000_000,
    "a body that is too long": b"POST /api/v1/runs HTTP/1.1\r\nHost: hub\r\nContent-Length: 99999999999\r\n\r\n{",
    "a negative length": b"POST /api/v1/runs HTTP/1.1\r\nHost: hub\r\nContent-Length: -1\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
async def test_http_garbage(undisturbed, garbage):
    async with undisturbed() as hub:
        with RawSocket(hub) as raw, contextlib.suppress(ConnectionError):
            raw.send(garbage)
        assert hub.get("/healthz")[0] == 200


async def test_more_connections_than_allowed(make_hub, sqlite_database):
    """Those that are there stay; whoever is turned away may come when there is room."""
    hub = make_hub(sqlite_database, "--max-connections", "4")
    workers = [await Worker("digits", f"w{i}").join(hub) for i in range(4)]
    turned_away = await Worker("digits", "one too many").connect(hub)
    assert await turned_away.until_closed() == 3001
    for worker in workers:
        await worker.report_and_ack(1)
    await workers.pop().close()
    late = Worker("digits", "one too many")

    async def connected():
        with contextlib.suppress(OSError, websockets.WebSocketException, EOFError, AssertionError):
            return await late.join(hub)
    while not await connected():
        pass
    await late.report_and_ack(1)
