"""`python -m tests.fakes.relay HOST:PORT HOST:PORT`: bring bytes from here to there."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def relaying(
    listen: tuple[str, int], target: tuple[str, int]
) -> AsyncIterator[int]:
    """Relay for the length of the block; gives the port that is listened on."""
    lines: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as group:

        def connected(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            line = group.create_task(_serve(reader, writer, target))
            lines.add(line)
            line.add_done_callback(lines.discard)

        async with await asyncio.start_server(connected, *listen) as server:
            yield int(server.sockets[0].getsockname()[1])
            server.close()
            for line in lines:
                line.cancel()


async def _serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    target: tuple[str, int],
) -> None:
    writers = [writer]
    try:
        with contextlib.suppress(OSError):
            there_reader, there_writer = await asyncio.open_connection(*target)
            writers.append(there_writer)
            async with asyncio.TaskGroup() as group:
                ways = [
                    group.create_task(_pump(reader, there_writer)),
                    group.create_task(_pump(there_reader, writer)),
                ]
                # Whoever hangs up hangs up for both: a killed poller is seen at once.
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for each in writers:
                    each.transport.abort()
    finally:
        for each in writers:
            each.transport.abort()
        # It is closed in the next turn of the loop.
        await asyncio.sleep(0)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        await writer.drain()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


async def _main() -> None:
    async with relaying(_address(sys.argv[1]), _address(sys.argv[2])):
        print("ready", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
