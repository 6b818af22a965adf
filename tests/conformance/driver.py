"""A peer that sends what it is told to and keeps what the hub does about it."""

import json
import re
import socket
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from handshakes import ACCEPT, HANGS_UP, request  # noqa: E402
from hub import TIMEOUT_S  # noqa: E402
from oracle import pong  # noqa: E402
from wire import CLOSE, NO_CODE, PING, PONG, TEXT, frame  # noqa: E402

PATHS = ["/v1/worker", "/v1/viewer"]
LAST_WORD = b"still here?"


class Peer:
    def __init__(self, hub):
        self._socket = socket.create_connection(("127.0.0.1", hub.port), TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, data, bytes_at_once=None):
        """What it cannot send any more, because the hub has closed, does not matter."""
        try:
            for start in range(0, len(data), bytes_at_once or len(data) or 1):
                self._socket.sendall(data[start:start + (bytes_at_once or len(data))])
        except (BrokenPipeError, ConnectionResetError):
            pass

    def upgrade(self, path):
        self.send(request().replace(b"{path}", path.encode()))
        status, fields = self.read_head()
        assert status == 101 and fields["Sec-WebSocket-Accept"] == ACCEPT
        return self

    def read_head(self):
        """The status and the fields of the hub's answer; HANGS_UP where none came."""
        while b"\r\n\r\n" not in self._received:
            if not self._receive():
                return HANGS_UP, {}
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        status, *fields = head.decode("latin-1").split("\r\n")
        return int(status.split()[1]), dict(field.split(": ", 1) for field in fields)

    def read_frame(self):
        """Opcode and payload; None at the end."""
        head = self._take(2)
        if head is None:
            return None, b""
        assert head[0] & 0x70 == 0 and head[0] & 0x80, f"a fragment or reserved bits from the hub: {head.hex()}"
        assert head[1] & 0x80 == 0, "a masked frame from the hub"
        length = head[1] & 0x7F
        if length >= 126:
            length = int.from_bytes(self._take(2 if length == 126 else 8), "big")
        return head[0] & 0x0F, self._take(length)

    def reaction(self):
        """All that the hub does about what it was sent, up to its close or its answer to a last ping."""
        self.send(frame(PING, LAST_WORD))
        done = []
        while True:
            opcode, payload = self.read_frame()
            if opcode is None or payload is None:
                return [*done, "hangs up"]
            if opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if payload else NO_CODE
                payload[2:].decode()  # a reason is UTF-8
                return [*done, f"closes with {code}"]
            if opcode == PONG and payload == LAST_WORD:
                return done
            done.append(pong(payload) if opcode == PONG else echo(payload) if opcode == TEXT else f"opcode {opcode}")

    def at_end(self):
        """Whether the hub closes the TCP connection now."""
        while self._receive():
            pass
        return True

    def _take(self, size):
        while len(self._received) < size:
            if not self._receive():
                return None
        taken, self._received = self._received[:size], self._received[size:]
        return taken

    def _receive(self):
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError:
            return False
        self._received += data
        return bool(data)


def echo(answer):
    """What the hub took a message of ours for: its error quotes the type."""
    error = json.loads(answer)
    assert error["type"] == "error", error
    if error["code"] == "unknown_type":
        return "taken: " + re.fullmatch(r"unknown message type '(.*)'; known here: .*", error["message"], re.S)[1]
    return "taken: no JSON" if error["code"] == "malformed_json" else f"taken: {error['code']}"
