"""The proxy hurts connections as it says, and never what is in them."""

import asyncio
import contextlib
import random

import pytest

from proxy import Proxy

WORDS = bytes(random.Random(1).randbytes(3000))


@contextlib.asynccontextmanager
async def through_proxy():
    """A proxy, a client's connection through it, and what the server behind it got."""
    got = asyncio.Queue()

    async def serve(reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                got.put_nowait(data)
        got.put_nowait(None)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy = await Proxy(random.Random(1)).start()
    proxy.target = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"hello")
    assert await got.get() == b"hello"
    try:
        yield proxy, reader, writer, got
    finally:
        writer.close()
        await proxy.stop()
        server.close()


async def all_of(got, count):
    chunks = []
    while sum(map(len, chunks)) < count and (data := await got.get()) is not None:
        chunks.append(data)
    return b"".join(chunks)


def run(coroutine):
    asyncio.run(asyncio.wait_for(coroutine, 60))


@pytest.mark.parametrize("kind, amount", [("delay", 0.01), ("throttle", 50_000), ("halves", 0), ("bytes", 0)])
def test_slow_and_whole(kind, amount):
    async def story():
        async with through_proxy() as (proxy, _, writer, got):
            assert proxy.hurt(0, "up", kind, amount, 30)
            writer.write(WORDS)
            assert await all_of(got, len(WORDS)) == WORDS
            assert proxy.counts[kind] == 1
    run(story())


def test_stalls_until_it_is_healed():
    async def story():
        async with through_proxy() as (proxy, _, writer, got):
            proxy.hurt(0, "up", "stall", 0, 30)
            writer.write(WORDS)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(got.get(), 0.2)
            proxy.calm()
            assert await all_of(got, len(WORDS)) == WORDS
    run(story())


def test_cut_in_the_middle():
    async def story():
        async with through_proxy() as (proxy, reader, writer, got):
            proxy.cut(0, "close", 1000)
            writer.write(WORDS)
            assert await all_of(got, len(WORDS)) == WORDS[:1000]
            assert await reader.read() == b""
    run(story())


def test_reset():
    async def story():
        async with through_proxy() as (proxy, reader, _, got):
            proxy.cut(0, "reset", 0)
            with pytest.raises(ConnectionResetError):
                await reader.read()
            assert await got.get() is None
    run(story())


def test_half_gone():
    """The server gets what was under way, and hears of the end later."""
    async def story():
        async with through_proxy() as (proxy, reader, _, got):
            proxy.cut(0, "half", 0)
            with pytest.raises(ConnectionResetError):
                await reader.read()
            assert got.empty()
            assert await got.get() is None
    run(story())


def test_nobody_answers():
    async def story():
        proxy = await Proxy(random.Random(1)).start()
        reader, _ = await asyncio.open_connection("127.0.0.1", proxy.port)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        assert not proxy.cut(0, "reset", 0)
        await proxy.stop()
    run(story())
