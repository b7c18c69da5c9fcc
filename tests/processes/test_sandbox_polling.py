"""Long polls, conflicts and faults, as the real client meets them."""

import asyncio
import time
from datetime import timedelta

import pytest
from telegram import Bot, Update
from telegram.error import (
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

from coderbot.sandbox.errors import SandboxError
from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token

ONE = make_bot_id(1)


@pytest.fixture(autouse=True)
def modern_durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `retry_after` be a timedelta: the old form warns, and warnings are errors."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


def make_bot(sandbox: Sandbox, number: int = 1) -> Bot:
    return Bot(
        make_token(number).reveal(),
        base_url=sandbox.bot_api_url,
        base_file_url=sandbox.file_api_url,
    )


async def test_long_poll_returns_when_an_update_comes(sandbox: Sandbox) -> None:
    client = sandbox.client()
    async with make_bot(sandbox) as bot, asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(bot.get_updates(timeout=30, read_timeout=40))
        await client.wait_polling(ONE)
        began = time.monotonic()
        await client.user(ANNA, ONE).say("hello")
        (update,) = await poll
        assert time.monotonic() - began < 5  # and not 30
        assert update.message is not None
        assert update.message.text == "hello"


async def test_long_poll_ends_after_its_timeout(sandbox: Sandbox) -> None:
    async with make_bot(sandbox) as bot:
        began = time.monotonic()
        assert await bot.get_updates(timeout=1) == ()
        assert time.monotonic() - began >= 0.95


async def test_confirmed_updates_do_not_come_again(sandbox: Sandbox) -> None:
    anna = sandbox.client().user(ANNA, ONE)
    for word in ("a", "b", "c"):
        await anna.say(word)
    async with make_bot(sandbox) as bot:
        first = await bot.get_updates(limit=2)
        assert len(first) == 2
        assert await bot.get_updates(limit=2) == first
        (rest,) = await bot.get_updates(offset=first[-1].update_id + 1)
        assert rest.message is not None
        assert rest.message.text == "c"


async def test_newcomer_ends_the_poll_of_the_holder(sandbox: Sandbox) -> None:
    client = sandbox.client()
    async with (
        make_bot(sandbox) as holder,
        make_bot(sandbox) as newcomer,
        asyncio.TaskGroup() as tasks,
    ):
        poll = holder.get_updates(timeout=30, read_timeout=40)
        held = tasks.create_task(refused(poll))
        await client.wait_polling(ONE)
        assert await newcomer.get_updates() == ()
        error = await held
    assert isinstance(error, Conflict)
    assert "terminated by other getUpdates request" in str(error)
    assert await client.wait_calls(ONE, "getUpdates", code=409) == 1


async def refused(work: object) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await work  # type: ignore[misc]
    return caught.value


async def test_no_polling_while_a_webhook_is_set(sandbox: Sandbox) -> None:
    await sandbox.client().user(ANNA, ONE).say("x")
    async with make_bot(sandbox) as bot:
        await bot.set_webhook("https://example.com/hook", allowed_updates=["message"])
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == ("https://example.com/hook", 1)
        assert info.allowed_updates == ("message",)
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook(drop_pending_updates=True)
        assert (await bot.get_webhook_info()).url == ""
        assert await bot.get_updates() == ()


async def test_allowed_updates_stay_until_changed(sandbox: Sandbox) -> None:
    anna = sandbox.client().user(ANNA, ONE)
    async with make_bot(sandbox) as bot:
        await bot.get_updates(allowed_updates=["callback_query"])
        await anna.say("nobody wants this")
        assert await bot.get_updates() == ()
        await bot.get_updates(allowed_updates=[])
        await anna.say("wanted")
        assert len(await bot.get_updates()) == 1


async def test_unknown_and_revoked_tokens(sandbox: Sandbox) -> None:
    client = sandbox.client()
    with pytest.raises(InvalidToken):
        async with make_bot(sandbox, 9):
            pass
    async with make_bot(sandbox) as bot, asyncio.TaskGroup() as tasks:
        held = tasks.create_task(refused(bot.get_updates(timeout=30, read_timeout=40)))
        await client.wait_polling(ONE)
        await client.revoke_bot(ONE)
        assert isinstance(await held, InvalidToken)


async def test_new_bot_and_user(sandbox: Sandbox) -> None:
    client = sandbox.client()
    bot_id, token = await client.add_bot("Fresh", "fresh_bot")
    await client.add_user(77, "Cora")
    base, files = sandbox.bot_api_url, sandbox.file_api_url
    async with Bot(token.reveal(), base_url=base, base_file_url=files) as bot:
        assert bot.username == "fresh_bot"
        await bot.send_message(77, "hello Cora")
    assert (await client.user(77, bot_id).wait_for()).text == "hello Cora"
    assert bot_id in [b["id"] for b in await client.bots()]
    assert 77 in [u["id"] for u in await client.users()]
    assert token.reveal() not in str(await client.get("/sandbox/state"))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("500", NetworkError),
        ("502", NetworkError),
        ("403", Forbidden),
        ("409", Conflict),
        ("401", InvalidToken),
        ("429", RetryAfter),
        ("reset", NetworkError),
        ("timeout", TimedOut),
    ],
)
async def test_faults(
    sandbox: Sandbox, kind: str, error: type[TelegramError]
) -> None:  # fmt: skip
    client = sandbox.client()
    async with make_bot(sandbox) as bot:
        await client.fault(kind, bot_id=ONE, method="sendMessage", retry_after=7)
        await bot.get_me()  # another method
        with pytest.raises(error) as caught:
            await bot.send_message(ANNA, "x", read_timeout=0.3)
        if isinstance(caught.value, RetryAfter):
            assert caught.value.retry_after == timedelta(seconds=7)
        assert await client.user(ANNA, ONE).messages() == []
        await bot.send_message(ANNA, "y")  # once only
    assert [m.text for m in await client.user(ANNA, ONE).messages()] == ["y"]


async def test_lost_answer(sandbox: Sandbox) -> None:
    client = sandbox.client()
    async with make_bot(sandbox) as bot:
        await client.fault("reset", method="sendMessage", after=True)
        with pytest.raises(NetworkError):
            await bot.send_message(ANNA, "done, but who knows")
    (seen,) = await client.user(ANNA, ONE).messages()
    assert seen.text == "done, but who knows"


async def test_slow_answer(sandbox: Sandbox) -> None:
    client = sandbox.client()
    async with make_bot(sandbox) as bot:
        await client.fault("slow", method="getMe", seconds=0.3)
        began = time.monotonic()
        await bot.get_me()
        assert time.monotonic() - began >= 0.29


async def test_budgets() -> None:
    async with (
        running_sandbox(tokens=(make_token(1),), budgets=True) as running,
        make_bot(running) as bot,
    ):
        sent = [await bot.send_message(ANNA, str(n)) for n in range(3)]
        with pytest.raises(RetryAfter):
            await sent[0].edit_text("an edit counts too")
        assert await sent[0].delete()  # a deletion does not
        assert await bot.send_chat_action(ANNA, "typing")


async def test_first_word_is_the_persons() -> None:
    tokens = (make_token(1),)
    async with (
        running_sandbox(tokens=tokens, require_start=True) as running,
        make_bot(running) as bot,
    ):
        with pytest.raises(Forbidden, match="can't initiate conversation"):
            await bot.send_message(ANNA, "x")
        await running.client().user(ANNA, ONE).say("/start")
        await bot.send_message(ANNA, "x")


async def test_a_whole_application(sandbox: Sandbox) -> None:
    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"you said {update.message.text}")

    app = (
        ApplicationBuilder()
        .token(make_token(1).reveal())
        .base_url(sandbox.bot_api_url)
        .base_file_url(sandbox.file_api_url)
        .build()
    )
    app.add_handler(MessageHandler(filters.TEXT, echo))
    client = sandbox.client()
    anna = client.user(ANNA, ONE)
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling()
        await client.wait_polling(ONE)
        for number in range(5):
            await anna.say(f"word {number}")
            answer = await anna.wait_for()
            assert answer.text == f"you said word {number}"
        await app.updater.stop()
        await app.stop()
    # every update was confirmed, and nobody saw a conflict
    assert (await client.bots())[0]["pending"] == 0
    assert await client.calls(ONE, "getUpdates", code=409) == 0


async def test_wait_for_tells_what_it_saw(sandbox: Sandbox) -> None:
    anna = sandbox.client().user(ANNA, ONE)
    async with make_bot(sandbox) as bot:
        await bot.send_message(ANNA, "something else")
    with pytest.raises(TimeoutError, match="something else"):
        await anna.wait_for(lambda m: m.text == "never said", timeout=0.2)


async def test_wait_for_sees_every_state(sandbox: Sandbox) -> None:
    anna = sandbox.client().user(ANNA, ONE)
    async with make_bot(sandbox) as bot:
        sent = await bot.send_message(ANNA, "working")
        await sent.edit_text("done")
    first = await anna.wait_for()
    second = await anna.wait_for(after=first.cursor)
    assert (first.text, first.edits) == ("working", 0)
    assert (second.text, second.edits) == ("done", 1)


async def test_bad_requests_of_the_control_api(sandbox: Sandbox) -> None:
    client = sandbox.client()
    for user, bot in ((1, ONE), (ANNA, 5)):
        with pytest.raises(SandboxError):
            await client.user(user, bot).say("x")
    with pytest.raises(SandboxError, match="some text"):
        await client.user(ANNA, ONE).say("  ")
    with pytest.raises(SandboxError, match="not that of"):
        await client.user(ANNA, ONE, chat_id=1002).say("x")
    with pytest.raises(SandboxError, match="no fault"):
        await client.fault("flood")
