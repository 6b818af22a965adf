"""Those whom nobody asked: web pages from elsewhere, forged addresses, floods, and requests that are
made to be read in two ways."""

import json
import re
import socket

import pytest
import websockets

from hub import TIMEOUT_S, until
from peers import Worker
from raw_socket import RawSocket, frame, handshake_request
from swarm import VIEWER_SAYS, connect, read_to_end, read_until, until_connections

RUNS = b"GET /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def ask(hub, request):
    """Everything that the hub says to these bytes until it closes."""
    with RawSocket(hub) as peer:
        peer.send(request)
        return peer.read_to_end().decode()


def status_of(answer):
    return int(re.match(r"HTTP/1\.1 (\d+) ", answer)[1])


def code_of(answer):
    return json.loads(answer.partition("\r\n\r\n")[2])["error"]["code"]


def refused(hub, reason):
    found = re.search(rf'fedwatt_refused_total{{reason="{reason}"}} (\d+)', hub.get("/metrics")[1])
    return int(found[1]) if found else 0


# ---- web pages ----------------------------------------------------------------------------------


async def test_a_page_from_elsewhere_gets_no_websocket_and_no_answer(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--allow-origin", "https://dashboard.example")

    async def opens(origin):
        try:
            async with websockets.connect(f"{hub.url()}/v1/viewer", origin=origin,
                                          ssl=hub.authority and hub.authority.client()):
                return True
        except websockets.InvalidStatusCode as error:
            assert error.status_code == 403
            return False

    assert await opens("https://dashboard.example")
    assert await opens(hub.url("http"))
    for origin in ("https://evil.example", "null", "http://localhost:1", "https://dashboard.example.evil.example"):
        assert not await opens(origin)
        status, body, _ = hub.get("/api/v1/runs", {"Origin": origin})
        assert status == 403 and json.loads(body)["error"]["code"] == "foreign_origin"
    assert refused(hub, "foreign_origin") == 8


def test_a_name_that_was_pointed_at_the_hub_is_not_its_own(hub):
    """DNS rebinding: for the browser this page is the hub's own, and says no origin."""
    status, body, _ = hub.get("/api/v1/runs", {"Host": "evil.example:3000"})
    assert status == 403 and json.loads(body)["error"]["code"] == "foreign_host"
    with RawSocket(hub) as page:
        assert "403" in page.handshake("/v1/viewer", Host="evil.example:3000")
    assert hub.get("/api/v1/runs", {"Host": "localhost:3000"})[0] == 200


# ---- addresses ----------------------------------------------------------------------------------


def asks_as(hub, forwarded_for):
    return hub.get("/healthz", {"X-Forwarded-For": forwarded_for})[0]


def test_limits_follow_the_address_that_a_trusted_proxy_names(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--trusted-proxy", "127.0.0.0/8", "--max-requests-per-address", "1")
    answers = [asks_as(hub, "203.0.113.7") for _ in range(40)]
    assert answers[:4] == [200] * 4 and 429 in answers
    assert asks_as(hub, "203.0.113.8") == 200
    # What the client itself wrote before it changes nothing.
    forged = [asks_as(hub, f"198.51.100.{n}, 203.0.113.9") for n in range(40)]
    assert 429 in forged
    assert asks_as(hub, "198.51.100.1") == 200
    assert refused(hub, "address_rate") == (answers + forged).count(429)


def test_a_header_that_comes_twice_is_one_list(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--trusted-proxy", "127.0.0.1", "--max-requests-per-address", "1")
    answers = [ask(hub, b"GET /healthz HTTP/1.1\r\nHost: hub\r\nX-Forwarded-For: 198.51.100.%d\r\n"
                        b"X-Forwarded-For: 203.0.113.7\r\n\r\n" % n) for n in range(40)]
    assert 429 in map(status_of, answers)


def test_nobody_else_is_believed(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--trusted-proxy", "192.0.2.1", "--max-requests-per-address", "1")
    assert {asks_as(hub, "203.0.113.7") for _ in range(40)} == {200}, "127.0.0.1 itself has no limit"


def test_connections_of_an_address_are_limited(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--trusted-proxy", "127.0.0.1", "--max-connections-per-address", "3")

    def opens(address):
        peer = RawSocket(hub)
        return peer, peer.handshake("/v1/viewer", X_Forwarded_For=address)

    peers = [opens("203.0.113.7") for _ in range(6)]
    assert [line.split()[1] for _, line in peers] == ["101"] * 4 + ["429"] * 2
    other, line = opens("203.0.113.8")
    assert "101" in line
    for peer, _ in peers:
        peer.close()
    until(lambda: (again := opens("203.0.113.7"))[0].close() or "101" in again[1], "room again")
    other.close()


# ---- floods -------------------------------------------------------------------------------------


@pytest.mark.sanitize
@pytest.mark.parametrize("flood", [
    RUNS + b"X-Filler: " + b"x" * 2_000_000,
    RUNS + b"".join(b"X-%d: x\r\n" % n for n in range(200_000)),
    b"GET /" + b"x" * 2_000_000 + b" HTTP/1.1\r\n",
    b"\r\n" * 500_000,
    b"\0" * 1_000_000,
], ids=["a huge header", "many headers", "a huge path", "empty lines", "zeros"])
def test_headers_without_end_are_cut_off(hub, flood):
    with RawSocket(hub) as peer:
        try:
            peer.send(flood)
            answer = peer.read_to_end()
        except (ConnectionError, socket.timeout):
            answer = b""
        assert not answer or status_of(answer.decode()) >= 400
    assert hub.ready()
    until_connections(hub, 0)


def test_compression_is_not_offered_so_that_there_is_no_bomb(hub):
    """61 kB of it could be 60 MB of text."""
    peer = connect(hub, handshake_request(
        "/v1/viewer", Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits, deflate-frame"))
    head = read_until(peer, b"\r\n\r\n")
    assert b" 101 " in head and b"extensions" not in head.lower()
    bomb = bytearray(frame(1, b"\x78" * 60_000))
    bomb[0] |= 0x40  # RSV1: "this is compressed"
    peer.sendall(bytes(bomb))
    assert read_to_end(peer)[2:4] == (1002).to_bytes(2, "big")
    peer.close()


# ---- requests with two readings -----------------------------------------------------------------


SECOND = b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.mark.parametrize("first", [
    RUNS + b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    RUNS + b"Content-Length: 5\r\nContent-Length: 0\r\n\r\n",
    RUNS + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    RUNS + b"Content-Length: -1\r\n\r\n",
    RUNS + b"Content-Length: 0x10\r\n\r\n",
    RUNS + b"\r\n",
], ids=["length and chunks", "two lengths", "chunks", "negative", "hexadecimal", "a pipeline"])
def test_one_connection_is_one_request(hub, first):
    """So there is nothing to smuggle: what follows the first request is answered by nobody."""
    answer = ask(hub, first + SECOND)
    assert len(re.findall(r"^HTTP/1\.1 ", answer, re.MULTILINE)) <= 1
    assert "fedwatt_runs" not in answer
    assert hub.ready()


@pytest.mark.parametrize("path", [
    "/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/api/v1/runs/../../metrics", "/api/v1/runs/%00",
    "//metrics", "/metrics/", "/./metrics", "/%6detrics%0d%0aX-Evil:%201", "/api/v1/runs/%ff%fe", "/healthz\\..\\metrics",
])
async def test_paths_are_names_and_nothing_else(hub, path):
    await (await Worker("digits", "w").join(hub)).close()
    answer = ask(hub, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert status_of(answer) == 404, answer
    head = answer.partition("\r\n\r\n")[0]
    assert "X-Evil" not in head and "root:" not in answer
    json.loads(answer.partition("\r\n\r\n")[2])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "BREW"])
def test_other_methods_change_nothing_and_echo_nothing(hub, method):
    answer = ask(hub, f"{method} /api/v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Secret: 1\r\n\r\n".encode())
    assert status_of(answer) in (400, 404, 405), answer
    assert "X-Secret" not in answer
