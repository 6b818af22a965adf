"""A WebSocket server that misbehaves on demand: the path of the request says how.

Writes its port, then one line for each thing that it saw.
"""
import asyncio
import http
import sys

import websockets


def say(*words):
    print(*words, flush=True)


async def refuse(path, headers):
    say("request", path, headers.get("Sec-WebSocket-Protocol"),
        headers.get("Sec-WebSocket-Extensions"))
    say("host", headers.get("Host"))
    if path.startswith("/http/"):
        return http.HTTPStatus(int(path.rsplit("/", 1)[1])), [], b"no"
    return None


async def serve(socket, path):
    if path.startswith("/close/"):
        await socket.close(int(path.rsplit("/", 1)[1]), "as asked")
    elif path == "/drop":
        socket.transport.abort()
    elif path == "/stop-reading":
        socket.transport.pause_reading()
        await asyncio.sleep(3600)
    elif path == "/big":
        await socket.send("x" * (10 << 20))
        await socket.wait_closed()
    elif path == "/too-big":
        await socket.send("x" * (17 << 20))
        await socket.wait_closed()
    elif path == "/binary-then-text":
        await socket.send(b"\x00\x01")
        await socket.send("text")
        await socket.wait_closed()
    else:
        try:
            async for frame in socket:
                await socket.send(frame)
        except websockets.ConnectionClosed:
            pass
    say("closed", socket.close_code)


async def say_nothing(reader, writer):
    say("accepted")
    await reader.read()
    say("given up")
    writer.close()


async def speak_no_http(reader, writer):
    writer.write(b"220 mail.example ESMTP\r\n\r\n")
    await reader.read()
    writer.close()


async def main():
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    raw = {"silent": say_nothing, "smtp": speak_no_http}
    if sys.argv[1] in raw:
        server = await asyncio.start_server(raw[sys.argv[1]], "127.0.0.1", port)
        sockets = server.sockets
    else:
        server = await websockets.serve(serve, "127.0.0.1", port, process_request=refuse,
                                        subprotocols=["fedwatt.v1"], ping_interval=None,
                                        max_size=None)
        sockets = server.server.sockets if hasattr(server, "server") else server.sockets
    say(list(sockets)[0].getsockname()[1])
    await asyncio.Future()


asyncio.run(main())
