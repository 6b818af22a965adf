"""A WebSocket client that sends whatever bytes it is told to, right or wrong."""

import base64
import os
import socket
import ssl
import struct

from hub import TIMEOUT_S

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
MASK_KEY = b"\x37\xfa\x21\x3d"


def handshake_request(path="/v1/worker", **headers):
    lines = {"Host": "hub", "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
             "Sec-WebSocket-Version": "13", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return (f"GET {path} HTTP/1.1\r\n".encode()
            + b"".join(f"{key}: {value}\r\n".encode() for key, value in lines.items()) + b"\r\n")


def frame(opcode, payload=b"", fin=True, claim_bytes=None):
    """A masked frame, which may claim to be longer than what there is of it."""
    length = len(payload) if claim_bytes is None else claim_bytes
    head = bytes([(0x80 if fin else 0) | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 1 << 16:
        head += bytes([0x80 | 126]) + struct.pack("!H", length)
    else:
        head += bytes([0x80 | 127]) + struct.pack("!Q", length)
    return head + MASK_KEY + bytes(byte ^ MASK_KEY[i % 4] for i, byte in enumerate(payload))


class TlsSocket(ssl.SSLSocket):
    """Behaves as a plain socket does when it would block, or when the other side is gone."""

    def send(self, data, *args):
        try:
            return super().send(data, *args)
        except ssl.SSLWantWriteError:
            return 0
        except ssl.SSLEOFError as error:
            raise ConnectionResetError from error

    def recv(self, *args):
        try:
            return super().recv(*args)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""


def open_socket(hub, receive_buffer=None):
    """Connected, and TLS agreed on where the hub speaks it."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(TIMEOUT_S)
    connection.connect(("127.0.0.1", hub.port))
    if not hub.authority:
        return connection
    context = hub.authority.client()
    context.sslsocket_class = TlsSocket
    return context.wrap_socket(connection, server_hostname="localhost")


class RawSocket:
    def __init__(self, hub, receive_buffer=None):
        self._socket = open_socket(hub, receive_buffer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    def send(self, data):
        self._socket.sendall(data)

    def handshake(self, path="/v1/worker", **headers):
        """Asks for a WebSocket; returns the status line."""
        self.send(handshake_request(path, **headers))
        head = b""
        while b"\r\n\r\n" not in head:
            byte = self._socket.recv(1)
            if not byte:
                break
            head += byte
        return head.split(b"\r\n")[0].decode()

    def send_frame(self, opcode, payload, fin=True, claim_bytes=None):
        self.send(frame(opcode, payload, fin, claim_bytes))

    def read_frame(self):
        """The next frame's opcode and payload; an empty one where the connection ended."""
        head = self._read(2)
        if len(head) < 2:
            return None, b""
        length = head[1] & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._read(8))
        return head[0] & 0x0F, self._read(length)

    def read_close(self):
        """Skips to the hub's close frame; its code, or None if the connection just ended."""
        while True:
            opcode, payload = self.read_frame()
            if opcode is None:
                return None
            if opcode == CLOSE:
                return struct.unpack("!H", payload[:2])[0]

    def read_to_end(self):
        """Whatever the hub still says until it closes the connection."""
        data = b""
        try:
            while chunk := self._socket.recv(65536):
                data += chunk
        except ConnectionResetError:
            pass
        return data

    def _read(self, size):
        data = b""
        while len(data) < size:
            try:
                chunk = self._socket.recv(size - len(data))
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                return b""
            data += chunk
        return data
