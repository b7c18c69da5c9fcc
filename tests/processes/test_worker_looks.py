# ruff: noqa: F811 - a fixture is used by its name
"""How a user wants screens, and what else is sent of a terminal."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import ANNA, BEN, make_bot_id, sandbox  # noqa: F401
from tests.processes.chat import (
    bot_username,
    is_screen,
    open_terminal,
    ready_worker,
    run,
    say,
)

BOT = make_bot_id(1)
TOPIC = 7

pytestmark = pytest.mark.timeout(60)


async def test_what_was_chosen_survives_a_restart(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = {"AIRPLANE_MODE": "false"}
    async with ready_worker(sandbox, tmp_path, **settings) as (worker, anna):
        await say(anna, "/size", "100 columns and 50 rows")
        await say(anna, "/size 64x20", "64 columns and 20 rows")
        await say(anna, "/size 7x3", "not possible")
        await say(anna, "/size big", "/size 80x24")
        await say(anna, "/airplane", "is off")
        await say(anna, "/airplane on", "is on")
        await say(anna, "/theme light", "Colours: light")
        await say(anna, "/theme pink", "no theme pink")
        await say(anna, "/font 20", "20 pixels")
        await say(anna, "/font 200", "not possible")
        await say(anna, "/keypad refresh | esc 7", "refresh | esc 7")
        await say(anna, "/keypad nokey", "no key 'nokey'")
        assert await worker.stop() == 0
    stored = json.loads((tmp_path / "state/preferences-bot-0.json").read_text())
    assert stored["users"][str(ANNA)]["size"] == [64, 20]
    async with ready_worker(sandbox, tmp_path, **settings) as (_, anna):
        screen = await open_terminal(anna)
        assert screen.kind == "text"
        assert screen.buttons == ("🔄 Refresh", "Esc", "7")
        await run(anna, "stty size", "20 64")
        await say(anna, "/size default", "100 columns")
        await run(anna, "stty size", "50 100")
        await say(anna, "/keypad default", "refresh more")
        await say(anna, "/theme", "light")
        await say(anna, "/theme default", "Colours: dark")
        await say(anna, "/font big", "/font 18")
        await say(anna, "/font default", "pixels")
        await say(anna, "/airplane maybe", "/airplane on")
        await say(anna, "/airplane default", "is off")
        await say(anna, "/live sometimes", "/live on")
        await say(anna, "/notify loudly", "/notify waiting")
        await say(anna, "/history 0", "/history 500")


async def test_switching_modes_sends_a_new_message(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        text = await open_terminal(anna)
        await run(anna, "echo $((6 * 7))", "42")
        await anna.say("/airplane off")
        picture = await anna.wait_for(lambda m: m.kind == "photo")
        assert picture.id > text.id
        # The old message cannot become a picture: pressed, it brings a new one.
        await anna.press(text, "🔄 Refresh")
        newer = await anna.wait_for(lambda m: m.kind == "photo" and m.id > picture.id)
        await anna.say("/airplane@" + await bot_username(sandbox) + " ON")
        again = await anna.wait_for(lambda m: m.kind == "text" and is_screen(m))
        assert again.id > newer.id
        assert again.entities[0]["type"] == "pre"


async def test_the_keypad_shows_more_and_presses_keys(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        screen = await open_terminal(anna)
        await run(anna, "cat -v", "cat -v")
        await anna.press(screen, "▾ More")
        more = await anna.wait_for(
            lambda m: m.id == screen.id and "▴ Less" in m.buttons
        )
        assert "PgUp" in more.buttons
        await anna.press(more, "PgUp")
        await anna.wait_for(lambda m: "^[[5~" in m.text and "▴ Less" in m.buttons)
        await anna.press(more, "▲")
        await anna.press(more, "⏎ Enter")
        await anna.wait_for(lambda m: "^[[5~^[[A\n^[[5~^[[A" in m.text)
        await anna.press(more, "Ctrl-C")
        await anna.wait_for(lambda m: "^C" in m.text)
        await anna.press(more, "▴ Less")
        await anna.wait_for(lambda m: m.id == screen.id and "▾ More" in m.buttons)


async def test_history_is_sent_as_a_file(sandbox: Sandbox, tmp_path: Path) -> None:
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        await open_terminal(anna)
        await run(anna, "seq 300 480; echo ghp_" + "a1B2" * 9, "480")
        await anna.say("/history")
        sent = await anna.wait_for(lambda m: m.kind == "document")
        text = (await sent.download()).decode()
        assert {"300", "301", "480"} <= set(text.split())
        assert "a1B2" not in text
        await anna.say("/history 3")
        sent = await anna.wait_for(
            lambda m: m.kind == "document" and "3 lines" in m.text
        )
        assert len((await sent.download()).decode().splitlines()) == 3
        await say(anna, "/history lots", "Example: /history 500")


async def test_a_recording_is_sent_masked_and_left_nowhere(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        await open_terminal(anna)
        await say(anna, "/record", "main is recorded")
        left = list((tmp_path / "state").glob("recording-*.cast"))
        assert [path.stat().st_mode & 0o777 for path in left] == [0o600]
        await run(anna, "echo on-$((1 + 1)); echo ghp_" + "a1B2" * 9, "on-2")
        await anna.say("/size 90x30")
        await anna.say("/record")
        sent = await anna.wait_for(lambda m: m.kind == "document")
        header, *events = map(json.loads, (await sent.download()).decode().splitlines())
        assert (header["version"], header["width"], header["height"]) == (2, 100, 50)
        shown = "".join(text for _, kind, text in events if kind == "o")
        assert "on-2" in shown
        assert "a1B2" not in shown
        assert [text for _, kind, text in events if kind == "r"] == ["90x30"]
        # It also ends with its terminal, and survives the end of the worker.
        await say(anna, "/record", "main is recorded")
        await anna.say("exit")
        await anna.wait_for(lambda m: m.kind == "document")
        await open_terminal(anna)
        await say(anna, "/record", "main is recorded")
        await run(anna, "seq $((4999 + 1))", "5000")
        worker.signal(signal.SIGKILL)
        await worker.ended()
        cursor = (await anna.messages())[-1].cursor
    async with ready_worker(sandbox, tmp_path) as (_, anna):
        sent = await anna.wait_for(lambda m: m.kind == "document", after=cursor)
        assert b"4999" in await sent.download()
        left = list((tmp_path / "state").glob("recording-*.cast"))
        async with asyncio.timeout(10):
            while any(path.exists() for path in left):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.02)
