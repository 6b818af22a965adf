"""RFC 6455 on the wire: frames, right or wrong, and what a peer said in reply."""

import json
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
MASK_KEY = b"\x37\xfa\x21\x3d"
NO_CODE = 1005  # stands for a close frame without one


def masked(payload, key):
    repeated = (key * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")


def frame(opcode, payload=b"", fin=True, rsv=0, key=MASK_KEY, claim=None, length_bytes=None):
    """One frame. `key` None: unmasked. `claim`: a length other than the true one. `length_bytes`
    (0, 2 or 8): more of them than are needed."""
    length = len(payload) if claim is None else claim
    if length_bytes is None:
        length_bytes = 0 if length < 126 else 2 if length < 1 << 16 else 8
    short = {0: length, 2: 126, 8: 127}[length_bytes]
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode, (0 if key is None else 0x80) | short])
    head += {0: b"", 2: struct.pack("!H", length & 0xFFFF), 8: struct.pack("!Q", length)}[length_bytes]
    return head + (payload if key is None else key + masked(payload, key))


def text(payload, **options):
    return frame(TEXT, payload if isinstance(payload, bytes) else payload.encode(), **options)


def close(code=None, reason=b"", **options):
    return frame(CLOSE, b"" if code is None else struct.pack("!H", code) + reason, **options)


def fragments(opcode, *parts):
    """One message, a frame for each part."""
    last = len(parts) - 1
    return b"".join(frame(opcode if i == 0 else CONTINUATION, part, fin=i == last)
                    for i, part in enumerate(parts))


def said(payload):
    """A message whose type is of our own making: the hub does not know it, and its error quotes it.
    So it is an echo."""
    word = payload if isinstance(payload, bytes) else payload.encode()
    return b'{"type":"' + word + b'"}'


def padded(size):
    """A message of exactly that many bytes."""
    message = said("x")
    return message + b" " * (size - len(message))


def meaning(message):
    """What a message that was taken whole means to the hub, which quotes ASCII alone."""
    try:
        kind = json.loads(message)["type"]
    except ValueError:
        return "taken: no JSON"
    return "taken: " + "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in kind.encode())
