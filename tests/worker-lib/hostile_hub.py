"""A server that breaks RFC 6455 on the first connection, in the way that its argument names, and keeps
to it on the next one, where it says "well".

Writes its port, then "refused CODE" (0: without a close frame) once the first connection is over.
"""
import base64
import hashlib
import socket
import struct
import sys


def answer(request, key=None, status="101 Switching Protocols", more=""):
    asked = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    digest = hashlib.sha1((key or asked) + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return (f"HTTP/1.1 {status}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{more}"
            f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}\r\n\r\n").encode()


def frame(head, payload=b"", length=None):
    return bytes([head]) + (bytes([len(payload)]) if length is None else length) + payload


# What comes after a handshake that is right.
FRAMES = {
    "masked": frame(0x81, b"\0\0\0\0x", b"\x81"),
    "reserved bit": frame(0xC1, b"x"),
    "compressed": frame(0xC1, bytes.fromhex("f248cdc9c90700")),
    "unknown opcode": frame(0x83, b"x"),
    "unknown control opcode": frame(0x8B),
    "long ping": frame(0x89, b"p" * 126, b"\x7e\x00\x7e"),
    "ping in fragments": frame(0x09, b"p"),
    "no text": frame(0x81, b"\xff\xfe"),
    "no text at the start of what never ends": frame(0x01, b"\xc0\xaf"),
    "continuation of nothing": frame(0x80, b"x"),
    "text within a text": frame(0x01, b"a") + frame(0x81, b"b"),
    "length not minimal": frame(0x81, b"x", b"\x7e\x00\x01"),
    "half an exabyte": frame(0x81, b"x", b"\x7f" + struct.pack("!Q", 1 << 59)),
    "negative length": frame(0x81, b"x", b"\x7f" + b"\xff" * 8),
    "endless fragments": frame(0x01, b"x") + frame(0x00, b"y" * 65535, b"\x7e\xff\xff") * 400,
    "half a close code": frame(0x88, b"\x03"),
    "reserved close code": frame(0x88, struct.pack("!H", 1005)),
    "close reason that is no text": frame(0x88, struct.pack("!H", 1000) + b"\xff"),
    "half a frame": frame(0x81, b"x", b"\x7d"),
}
HEADS = {
    "wrong accept": lambda request: answer(request, key=b"another"),
    "no upgrade": lambda request: b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "endless head": lambda request: b"HTTP/1.1 101 S\r\n" + b"X: y\r\n" * 20_000,
    "no HTTP": lambda request: b"\0\xff" * 1000 + b"\r\n\r\n",
}


def request_of(connection):
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(4096)
    return request


def close_code(connection):
    """That of the frame that the client, which masks, ends with."""
    data = b""
    try:
        while chunk := connection.recv(4096):
            data += chunk
            at = data.find(b"\x88")
            if 0 <= at <= len(data) - 8:
                return struct.unpack("!H", bytes(a ^ b for a, b in zip(data[at + 6:at + 8], data[at + 2:])))[0]
    except ConnectionError:
        pass
    return 0


def be_hostile(connection, case):
    request = request_of(connection)
    try:
        connection.sendall(HEADS[case](request) if case in HEADS else answer(request) + FRAMES[case])
        if case == "half a frame":
            connection.shutdown(socket.SHUT_WR)
    except ConnectionError:
        pass  # it has seen enough
    print("refused", close_code(connection), flush=True)
    connection.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
be_hostile(listener.accept()[0], sys.argv[1])
honest, _ = listener.accept()
honest.sendall(answer(request_of(honest)) + frame(0x81, b"well"))
while honest.recv(4096):
    pass
