"""A hub for one run, in few lines, that does what the test says.

    fake_hub.py [PORT [LAST_SEQ [WELCOME_JSON]]]

Writes its port, then every message that a worker sent as a line of JSON, and "connected" and
"disconnected CODE". Takes orders as lines on standard input:

    send JSON        to every worker
    welcome JSON     merged into each welcome from now on
    acks off|on      whether reports are committed and acknowledged
    reject SEQ       refuse the report with this number
    drop             cut all connections without a goodbye
    close CODE       close all connections
"""
import asyncio
import json
import sys

import websockets


class Hub:
    def __init__(self, last_seq, welcome):
        self.last_seq = last_seq
        self.welcome = {"type": "welcome", "run_id": "run-1", "directive": "run",
                        "applies_at": "worker", "command": None,
                        "server_time": "2026-01-01T00:00:00.000Z", **welcome}
        self.acks = True
        self.rejected = set()
        self.sockets = set()

    def say(self, line):
        print(line, flush=True)

    async def serve(self, socket, path):
        self.say("connected " + path)
        self.sockets.add(socket)
        try:
            async for frame in socket:
                parsed = json.loads(frame)
                for message in parsed if isinstance(parsed, list) else [parsed]:
                    self.say(json.dumps(message))
                    await self.answer(socket, message)
        except websockets.ConnectionClosed:
            pass
        self.sockets.discard(socket)
        self.say(f"disconnected {socket.close_code}")

    async def answer(self, socket, message):
        if message["type"] == "hello":
            await socket.send(json.dumps({"last_seq": self.last_seq, **self.welcome}))
        elif message["type"] == "report" and message["seq"] in self.rejected:
            await socket.send(json.dumps({"type": "error", "code": "invalid_report",
                                          "message": "refused", "seq": message["seq"]}))
        elif message["type"] == "report" and self.acks:
            self.last_seq = max(self.last_seq, message["seq"])
            await socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))

    async def obey(self, line):
        order, _, rest = line.strip().partition(" ")
        for socket in list(self.sockets):
            if order == "send":
                await socket.send(rest)
            elif order == "drop":
                socket.transport.abort()
            elif order == "close":
                await socket.close(int(rest))
        if order == "welcome":
            self.welcome.update(json.loads(rest))
        elif order == "acks":
            self.acks = rest == "on"
        elif order == "reject":
            self.rejected.add(int(rest))
        self.say("did " + line.strip())


async def main(port=0, last_seq=0, welcome="{}"):
    hub = Hub(int(last_seq), json.loads(welcome))
    server = await websockets.serve(hub.serve, "127.0.0.1", int(port), ping_interval=None,
                                    subprotocols=["fedwatt.v1"])
    hub.say(server.sockets[0].getsockname()[1])
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        await hub.obey(line.decode())
    await asyncio.Future()


asyncio.run(main(*sys.argv[1:]))
