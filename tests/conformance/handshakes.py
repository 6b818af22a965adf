"""The opening handshake's cases: what is asked for, and what comes back."""

from dataclasses import dataclass
from typing import Optional

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455's own example …
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # … and its answer
FIELDS = {"Host": "hub", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": KEY,
          "Sec-WebSocket-Version": "13"}


HANGS_UP = 0  # in place of a status


@dataclass(frozen=True)
class Handshake:
    name: str
    sent: bytes
    hub: Optional[int] = None  # the status, where it is not the oracle's …
    why: str = ""              # … and why it is not
    subprotocol: Optional[str] = None  # that is selected


def request(first="GET {path} HTTP/1.1", end="\r\n", more=(), **changes):
    """A request whose fields are changed, or left out where they are None."""
    fields = {**FIELDS, **{name.replace("_", "-"): value for name, value in changes.items()}}
    lines = [first, *(f"{name}: {value}" for name, value in fields.items() if value is not None), *more]
    return (end.join(lines) + end + end).encode("latin-1")


PLAIN = {"hub": 404, "why": "no request for a WebSocket: HTTP's answer"}
BAD_KEY = {"hub": 400, "why": "4.2.1: 16 bytes in base64; the oracle takes any"}
OLD_DRAFT = {"hub": 500, "why": "websocketpp takes it for a draft, in which it is wrong; refused, as it must be"}
NO_VERSION = {"hub": 400, "why": "websocketpp does not know the code 426; refused, as it must be"}
NO_HTTP_1_1 = {"hub": 400, "why": "4.2.1: HTTP/1.1; the oracle does not look at it"}
FOREIGN = {"hub": 403, "why": "10.2: a web page from elsewhere, which --allow-origin does not name"}
TOO_LONG = {"hub": 431, "why": "more than the 16 kB that a request's head may have"}

HANDSHAKES = [
    Handshake("RFC 6455's own", request()),
    Handshake("tokens in another case", request(Upgrade="WebSocket", Connection="upgrade")),
    Handshake("field names in another case", request(Host="localhost", more=["ORIGIN: http://localhost"]).replace(b"Upgrade:", b"UPGRADE:")),
    Handshake("Connection with more tokens", request(Connection="keep-alive, Upgrade")),
    Handshake("an Origin, cookies, a user agent", request(
        Host="localhost", more=["Origin: http://localhost", "Cookie: a=b; c=d", "User-Agent: probe/1.0"])),
    Handshake("somebody else's Origin", request(more=["Origin: https://dash.example"]), **FOREIGN),
    Handshake("fields that nobody knows", request(more=["X-What: ever", "X-Empty:"])),
    Handshake("no space after the colons", request().replace(b": ", b":")),
    Handshake("much space after the colons", request().replace(b": ", b": \t  ")),
    Handshake("the subprotocol", request(more=["Sec-WebSocket-Protocol: fedwatt.v1"]), subprotocol="fedwatt.v1"),
    Handshake("the subprotocol among others", request(more=["Sec-WebSocket-Protocol: mqtt, fedwatt.v1"]),
              subprotocol="fedwatt.v1"),
    Handshake("the subprotocol in a second field", request(
        more=["Sec-WebSocket-Protocol: mqtt", "Sec-WebSocket-Protocol: fedwatt.v1"]), subprotocol="fedwatt.v1"),
    Handshake("other subprotocols", request(more=["Sec-WebSocket-Protocol: mqtt, wamp"])),
    Handshake("compression, which is not selected", request(
        more=["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"])),
    Handshake("extensions that nobody knows", request(more=["Sec-WebSocket-Extensions: x-fold; depth=3, x-zip"])),
    Handshake("8 KB of cookies", request(more=["Cookie: " + "c" * 8000])),
    Handshake("sixty fields", request(more=[f"X-{i}: {i}" for i in range(60)])),
    Handshake("a query", request(first="GET {path}?token=x HTTP/1.1")),
    Handshake("no Host", request(Host=None)),
    Handshake("no Upgrade", request(Upgrade=None), **PLAIN),
    Handshake("another Upgrade", request(Upgrade="h2c"), **PLAIN),
    Handshake("no Connection", request(Connection=None), **PLAIN),
    Handshake("another Connection", request(Connection="keep-alive"), **PLAIN),
    Handshake("no key", request(Sec_WebSocket_Key=None)),
    Handshake("an empty key", request(Sec_WebSocket_Key=""), **BAD_KEY),
    Handshake("a short key", request(Sec_WebSocket_Key="c2hvcnQ="), **BAD_KEY),
    Handshake("a long key", request(Sec_WebSocket_Key=KEY[:-2] + "AAAA=="), **BAD_KEY),
    Handshake("a key that is no base64", request(Sec_WebSocket_Key="!!!!!!!!!!!!!!!!!!!!!!=="), **BAD_KEY),
    Handshake("no version", request(Sec_WebSocket_Version=None), **OLD_DRAFT),
    *[Handshake(f"version {version}", request(Sec_WebSocket_Version=version)) for version in ("7", "8")],
    *[Handshake(f"version {version}", request(Sec_WebSocket_Version=version), **NO_VERSION)
      for version in ("12", "14", "255", "-1", "abc")],
    Handshake("version 0", request(Sec_WebSocket_Version="0"), **OLD_DRAFT),
    Handshake("an empty version", request(Sec_WebSocket_Version=""), **OLD_DRAFT),
    Handshake("versions 13 and 8", request(Sec_WebSocket_Version="13, 8")),
    Handshake("POST", request(first="POST {path} HTTP/1.1", more=["Content-Length: 0"])),
    Handshake("HEAD", request(first="HEAD {path} HTTP/1.1")),
    Handshake("PUT, and no length", request(first="PUT {path} HTTP/1.1")),
    Handshake("HTTP/1.0", request(first="GET {path} HTTP/1.0"), **NO_HTTP_1_1),
    Handshake("HTTP/0.9", b"GET {path}\r\n\r\n"),
    Handshake("HTTP/2.0", request(first="GET {path} HTTP/2.0"), **NO_HTTP_1_1),
    Handshake("HTTP/9.9", request(first="GET {path} HTTP/9.9"), **NO_HTTP_1_1),
    Handshake("HTTQ/1.1", request(first="GET {path} HTTQ/1.1")),
    Handshake("no path", request(first="GET HTTP/1.1")),
    Handshake("a field without a colon", request(more=["what is this"])),
    Handshake("a field without a name", request(more=[": value"]), 101,
              "websocketpp does not mind; nobody asks for that field"),
    Handshake("line ends without CR", request(end="\n"), HANGS_UP,
              "the request never ends, and its deadline comes; the oracle is lenient"),
    Handshake("a field of 100 KB", request(more=["X-Long: " + "x" * 100_000]), **TOO_LONG),
    Handshake("ten thousand fields", request(more=[f"X-{i}: {i}" for i in range(10_000)]), **TOO_LONG),
    Handshake("a path of 100 KB", request(first="GET /" + "p" * 100_000 + " HTTP/1.1"), **TOO_LONG),
    Handshake("a path that is not there", request(first="GET /v1/nothing HTTP/1.1"), 404, "the hub has no such path"),
    Handshake("a plain GET", b"GET {path} HTTP/1.1\r\nHost: hub\r\n\r\n", **PLAIN),
]
