"""The frame-level cases: what is sent after the handshake, and where the hub may differ from the
oracle, what it does and why."""

from dataclasses import dataclass
from typing import Optional, Tuple

from utf8_cases import INVALID_UTF8, VALID_UTF8
from wire import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close, fragments, frame, padded, said, text)

LIMIT = 64 * 1024  # of a message to the hub


@dataclass(frozen=True)
class Case:
    section: str
    name: str
    sent: bytes
    hub: Optional[Tuple[str, ...]] = None  # where that is not the oracle's verdict …
    why: str = ""                          # … and why it is not


TOO_BIG = {"hub": ("closes with 1009",), "why": "more than the 64 KiB that a message to the hub may have"}
NO_BYTES = {"hub": ("closes with 1003",), "why": "the wire is JSON text; RFC 6455, 7.4.1: 1003"}
NOT_MINIMAL = {"hub": ("closes with 1011",),
               "why": "websocketpp names the wrong code for this; the connection fails, as it must"}
NO_REASON = {"hub": ("closes with 1002",),
             "why": "websocketpp names the wrong code for this; the connection fails, as it must"}


def lengths():
    for size in (0, 1, 125, 126, 127, 128, 4096, LIMIT - 1, LIMIT):
        payload = padded(size) if size > 20 else b" " * size
        yield f"a text of {size} bytes", text(payload), {}
    for size in (0, 125, 126, 65535):
        yield f"a binary message of {size} bytes", frame(BINARY, b"\xfe" * size), NO_BYTES
    yield "a binary message in two frames", fragments(BINARY, b"\x00", b"\x01"), NO_BYTES
    for size, length_bytes in ((5, 2), (125, 2), (5, 8), (126, 8), (65535, 8)):
        yield (f"a length of {size} in {length_bytes} bytes", text(b" " * size, length_bytes=length_bytes),
               NOT_MINIMAL)
    yield "a length with its highest bit set", text(b"", claim=1 << 63), {
        "hub": ("closes with 1009",), "why": "too large for the hub, before it is wrong"}
    yield "two messages in one write", text(said("a")) + text(said("b")), {}
    yield "twenty messages in one write", b"".join(text(said(f"m{i}")) for i in range(20)), {}


def masking():
    yield "a text that is not masked", text(said("x"), key=None), {}
    yield "an empty text that is not masked", text("", key=None), {}
    yield "a ping that is not masked", frame(PING, key=None), {}
    yield "a close that is not masked", close(1000, key=None), {}
    yield "a continuation that is not masked", text(b" ", fin=False) + frame(CONTINUATION, key=None), {}
    for key in (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x00\xff\x80\x01"):
        yield f"the mask {key.hex()}", text(said("masked"), key=key), {}
    parts = text(b'{"type":', fin=False, key=b"abcd") + frame(CONTINUATION, b'"keys"}', key=b"\x00\x01\x02\x03")
    yield "a mask for each fragment", parts, {}


def pings():
    yield "an empty ping", frame(PING), {}
    yield "a ping with text", frame(PING, b"Hello"), {}
    yield "a ping with bytes that are no text", frame(PING, b"\x00\xff\xfe\xfd"), {}
    yield "a ping of 125 bytes", frame(PING, b"\xfe" * 125), {}
    yield "a ping of 126 bytes", frame(PING, b"\xfe" * 126), {}
    yield "a ping of 65536 bytes", frame(PING, b"\xfe" * 65536), {}
    yield "a ping in two fragments", frame(PING, b"a", fin=False) + frame(CONTINUATION, b"b"), {}
    yield "a pong that nobody asked for", frame(PONG), {}
    yield "a pong with a payload", frame(PONG, b"unasked"), {}
    yield "a pong of 126 bytes", frame(PONG, b"\xfe" * 126), {}
    yield "a pong in two fragments", frame(PONG, b"a", fin=False), {}
    yield "a pong, a ping, a pong", frame(PONG, b"1") + frame(PING, b"2") + frame(PONG, b"3"), {}
    yield "ten pings", b"".join(frame(PING, b"%d" % i) for i in range(10)), {}
    yield "two hundred pings", b"".join(frame(PING, b"%d" % i) for i in range(200)), {}
    yield "a ping after a text", text(said("x")) + frame(PING, b"after"), {}


def reserved_bits():
    for rsv in range(1, 8):
        yield f"RSV {rsv:03b} of a text", text(said("x"), rsv=rsv), {}
    yield "RSV 001 of a binary message", frame(BINARY, b"\0", rsv=1), {}
    yield "RSV 010 of a ping", frame(PING, rsv=2), {}
    yield "RSV 100 of a pong", frame(PONG, rsv=4), {}
    yield "RSV 111 of a close", close(1000, rsv=7), {}
    yield "RSV 100 of a continuation", text(b" ", fin=False) + frame(CONTINUATION, b" ", rsv=4), {}
    yield "RSV 001 after a text", text(said("x")) + text(said("y"), rsv=1), {}
    yield "RSV 001 between two texts", text(said("x")) + frame(PING, rsv=1) + text(said("y")), {}


def opcodes():
    for opcode in (*range(0x3, 0x8), *range(0xB, 0x10)):
        yield f"opcode {opcode:x}", frame(opcode), {}
        yield f"opcode {opcode:x} with a payload, after a text", text(said("x")) + frame(opcode, b"y"), {}
    yield "opcode 3 in fragments", fragments(0x3, b"a", b"b"), {}
    yield "opcode 3 within a fragmented text", text(b" ", fin=False) + frame(0x3) + frame(CONTINUATION), {}


def fragmentation():
    first, rest = text(b'{"type":', fin=False), frame(CONTINUATION, b'"joined"}')
    yield "a text in two frames", first + rest, {}
    yield "a text in three frames", fragments(TEXT, b'{"type"', b':"thr', b'ee"}'), {}
    yield "a text in empty frames", fragments(TEXT, b"", b"", b""), {}
    yield "a text with an empty frame first", fragments(TEXT, b"", said("x")), {}
    yield "a text with an empty frame last", fragments(TEXT, said("x"), b""), {}
    yield "a text, a byte in each frame", fragments(TEXT, *[bytes([b]) for b in said("bytewise")]), {}
    yield "a ping between fragments", first + frame(PING, b"between") + rest, {}
    yield "a pong between fragments", first + frame(PONG, b"between") + rest, {}
    yield "five pings between fragments", first + frame(PING, b"p") * 5 + rest, {}
    yield "a close between fragments", first + close(1000), {}
    yield "a ping in fragments between fragments", first + frame(PING, b"a", fin=False) + rest, {}
    yield "a text between fragments", first + text(said("x")), {}
    yield "a binary message between fragments", first + frame(BINARY, b"x"), {}
    yield "a continuation of nothing", frame(CONTINUATION, b"x"), {}
    yield "a continuation of nothing, not the last", frame(CONTINUATION, b"x", fin=False), {}
    yield "a continuation after a whole text", text(said("x")) + frame(CONTINUATION, b"y"), {}
    yield "a continuation after a fragmented text", first + rest + frame(CONTINUATION, b"y"), {}
    yield "two fragmented texts", (first + rest) * 2, {}
    yield "a fragmented text, then a whole one", first + rest + text(said("whole")), {}
    many = [b'{"type":"many"', *[b" "] * 4000, b"}"]
    yield "a text in 4002 frames", fragments(TEXT, *many), {}
    pinged = b"".join(frame(CONTINUATION, b" ", fin=False) + frame(PING, b"%d" % i) for i in range(20))
    yield "a ping after each of twenty fragments", first + pinged + rest, {}


def utf8():
    for name, payload in VALID_UTF8:
        yield name, text(said(payload)), {}
    yield "characters cut at every byte", fragments(TEXT, *[bytes([b]) for b in said("κόσμε €𝄞")]), {}
    yield "a character cut by a ping", (text(b'{"type":"\xe2\x82', fin=False) + frame(PING)
                                       + frame(CONTINUATION, b'\xac"}')), {}
    for name, payload in INVALID_UTF8:
        yield name, text(b'{"type":"' + payload + b'"}'), {}
        if len(payload) > 1:
            yield name + ", in fragments", fragments(TEXT, b'{"type":"' + payload[:1], payload[1:] + b'"}'), {}
    for tail in (b"\xc3", b"\xe2\x82", b"\xf0\x9d\x84"):
        yield f"a text that ends in {tail.hex(' ')}", text(b'"' + tail), {}
        yield f"a fragmented text that ends in {tail.hex(' ')}", fragments(TEXT, b'"', tail), {}
        yield f"a fragmented text that ends in {tail.hex(' ')}, then nothing", fragments(TEXT, b'"' + tail, b""), {}
    wrong = b'{"type":"\xce\xba\xf4\x90\x80\x80'
    yield "what cannot become UTF-8 any more, in an unfinished message", text(wrong, fin=False), {}
    yield "what cannot become UTF-8 any more, in an unfinished frame", text(wrong, claim=1000), {}


def closing():
    yield "without a code", close(), {
        "hub": ("closes with 1000",), "why": "websocketpp answers a close without a code with 1000: allowed"}
    yield "half a code", frame(CLOSE, b"\x03"), {}
    for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3501, 3999, 4000, 4999):
        yield f"code {code}", close(code), {}
    for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535):
        yield f"code {code}, which nobody may send", close(code), {}
    yield "code 1012, registered since", close(1012), {}
    yield "code 1013, registered since", close(1013), {}
    yield "code 1014, registered since", close(1014), {
        "hub": ("closes with 1014",), "why": "the oracle is older than this code's registration"}
    yield "a reason", close(1000, b"done"), {}
    yield "a reason of 123 bytes", close(1000, b"r" * 123), {}
    yield "a reason of 124 bytes", close(1000, b"r" * 124), {}
    yield "a reason in UTF-8", close(1000, "fini à l’heure €𝄞".encode()), {}
    yield "a reason that is no UTF-8", close(1000, b"\xce\xba\xe1\xbd\xff"), NO_REASON
    yield "a reason that ends inside a character", close(1000, b"\xe2\x82"), NO_REASON
    yield "in fragments", close(1000, fin=False), {}
    yield "twice", close(1000) * 2, {}
    yield "then a ping", close(1000) + frame(PING, b"late"), {}
    yield "then a text", close(1000) + text(said("late")), {}
    yield "after a text", text(said("x")) + close(1000), {}
    yield "after a ping", frame(PING, b"p") + close(1000), {}


def limits():
    half = padded(LIMIT // 2)
    yield "64 KiB in two frames", fragments(TEXT, half, b" " * (LIMIT // 2)), {}
    yield "64 KiB and a byte", text(padded(LIMIT + 1)), TOO_BIG
    yield "64 KiB and a byte in two frames", fragments(TEXT, half, b" " * (LIMIT // 2 + 1)), TOO_BIG
    yield "64 KiB and a byte, the last in a frame of its own", fragments(TEXT, padded(LIMIT), b" "), TOO_BIG
    for claim in (10**7, 1 << 31, 1 << 32, (1 << 63) - 1):
        yield f"a frame that claims {claim} bytes", text(b"", claim=claim), TOO_BIG
    yield ("a frame that claims a lot, after one that is fine", text(said("x")) + text(b"", claim=1 << 40),
           {"hub": ("taken: x", "closes with 1009"), "why": TOO_BIG["why"]})


SECTIONS = {
    "Lengths": lengths, "Masking": masking, "Pings and pongs": pings, "Reserved bits": reserved_bits,
    "Opcodes": opcodes, "Fragmentation": fragmentation, "UTF-8": utf8, "Closing": closing, "Limits": limits,
}
CASES = [Case(section, name, sent, **differs)
         for section, cases in SECTIONS.items() for name, sent, differs in cases()]
