"""A TCP proxy that hurts the connections through it: cuts, delays, throttles, and tears apart.

It never changes a byte, nor their order: TCP does not, either.
"""

import asyncio
import contextlib
import socket
import struct
from collections import Counter

CHUNK_BYTES = 16 * 1024


class Passage:
    """One direction of a connection. How it treats what passes may be changed at any time."""

    def __init__(self):
        self._trouble = None
        self._over = asyncio.Event()
        self._over.set()
        self._bytes_left = None  # until the cut

    def hurt(self, kind, amount, random):
        """From now on, until heal(): 'delay' every chunk by `amount` s; 'throttle' to `amount` bytes
        a second; pass them in 'halves'; or in 'bytes', one after the other; or 'stall'."""
        self._trouble = (kind, amount, random)
        self._over.clear()

    def heal(self):
        self._trouble = None
        self._over.set()

    def cut_after(self, count):
        self._bytes_left = count
        self.heal()

    async def carry(self, data, writer):
        """Passes on a chunk; False once it was cut."""
        if self._bytes_left is not None:
            writer.write(data[:self._bytes_left])
            await writer.drain()
            self._bytes_left -= min(len(data), self._bytes_left)
            return self._bytes_left > 0
        while data and self._trouble:
            kind, amount, random = self._trouble
            size = len(data)
            if kind == "delay":
                await self._pause(amount)
            elif kind == "throttle":
                size = max(1, int(amount / 20))
                await self._pause(0.05)
            elif kind == "halves":
                size = random.randint(1, size)
                await self._pause(0.001)
            elif kind == "bytes":
                size = 1
                await asyncio.sleep(0)
            else:
                await self._over.wait()
            writer.write(data[:size])
            await writer.drain()
            data = data[size:]
        writer.write(data)
        await writer.drain()
        return True

    async def _pause(self, seconds):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)


class Link:
    """A connection through the proxy."""

    def __init__(self, client, server):
        self.client_reader, self.client = client
        self.server_reader, self.server = server
        self.up, self.down = Passage(), Passage()
        self.linger_s = 0  # how long one end lives on when the other has gone

    async def carry(self):
        """Until both directions have ended."""
        await asyncio.gather(self._pump(self.client_reader, self.server, self.up),
                             self._pump(self.server_reader, self.client, self.down))

    async def _pump(self, reader, writer, passage):
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                if not await passage.carry(data, writer):
                    break
        await asyncio.sleep(self.linger_s)
        for end in (self.client, self.server):
            end.close()

    def reset(self, *ends):
        """Ends it as a machine does that has forgotten it: RST, and what was under way is gone."""
        for end in ends or (self.client, self.server):
            with contextlib.suppress(OSError):
                end.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.transport.abort()


class Proxy:
    """Listens on one port for as long as it lives; where it leads to may change."""

    def __init__(self, random):
        self.target = None  # a port of 127.0.0.1; None: nobody answers
        self.counts = Counter()
        self._random = random
        self._links = []
        self._tasks = set()
        self._server = None

    async def start(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=CHUNK_BYTES)
        return self

    @property
    def port(self):
        return self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader, writer):
        try:
            if self.target is None:
                raise ConnectionRefusedError
            server = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK_BYTES)
        except OSError:
            writer.transport.abort()
            return
        link = Link((reader, writer), server)
        self._links.append(link)
        self.counts["connections"] += 1
        try:
            await link.carry()
        finally:
            self._links.remove(link)

    # ---- troubles; each returns whether there was a connection to do it to ----

    def cut(self, which, kind, after_bytes):
        """'close' in the middle of a chunk, 'reset', or 'half': the client's side is gone, the
        server gets what was on its way, and hears of it later."""
        link = self._pick(which)
        if link is None:
            return False
        self.counts["cut: " + kind] += 1
        if kind == "close":
            link.up.cut_after(after_bytes)
            link.down.cut_after(after_bytes)
            self._later(0.2, link.client.close)
        elif kind == "reset":
            link.reset()
        else:
            link.linger_s = 0.5
            link.up.hurt("delay", 0.05, self._random)
            link.reset(link.client)
        return True

    def hurt(self, which, direction, kind, amount, seconds):
        link = self._pick(which)
        if link is None:
            return False
        self.counts[kind] += 1
        passage = link.up if direction == "up" else link.down
        passage.hurt(kind, amount, self._random)
        self._later(seconds, passage.heal)
        return True

    def calm(self):
        """Ends all troubles but those of connections that are cut already."""
        for link in self._links:
            link.up.heal()
            link.down.heal()

    def cut_all(self):
        for link in list(self._links):
            link.reset()

    async def stop(self):
        self._server.close()
        self.cut_all()
        for task in self._tasks:
            task.cancel()

    def _pick(self, which):
        return self._links[int(which * len(self._links))] if self._links else None

    def _later(self, seconds, action):
        async def wait():
            await asyncio.sleep(seconds)
            action()
        task = asyncio.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
