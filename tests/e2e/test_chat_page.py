# ruff: noqa: F811 - a fixture is used by its name
"""The chat page in a real browser, with a small bot behind it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Update,
)
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import Sandbox, running_sandbox
from coderbot.worker.browser.keeper import BrowserKeeper
from tests.fakes.browser import keeper, needs_browser  # noqa: F401
from tests.fakes.pictures import png
from tests.fakes.sandbox import ANNA, make_bot_id, make_token

ONE, TWO = make_bot_id(1), make_bot_id(2)
HOSTILE = "<img src=x onerror=\"document.title='broken'\">"

pytestmark = [needs_browser, pytest.mark.asyncio(loop_scope="module")]

KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Refresh", callback_data="r")]])


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(f"You said: {update.message.text}")


async def photo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_photo(png(320, 200, 90), "screen 1", reply_markup=KEYS)


async def refresh(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    media = InputMediaPhoto(png(320, 200, 200), caption="screen 2")
    await query.edit_message_media(media, reply_markup=KEYS)
    await query.answer("Refreshed")


@asynccontextmanager
async def running_bot(sandbox: Sandbox) -> AsyncIterator[None]:
    app = (
        ApplicationBuilder()
        .token(make_token(1).reveal())
        .base_url(sandbox.bot_api_url)
        .base_file_url(sandbox.file_api_url)
        .build()
    )
    app.add_handler(CommandHandler("photo", photo))
    app.add_handler(MessageHandler(filters.TEXT, echo))
    app.add_handler(CallbackQueryHandler(refresh))
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling()
        await app.bot.set_my_commands(
            [("photo", "Shows a picture"), ("help", "Helps with things")]
        )
        try:
            yield
        finally:
            await app.updater.stop()
            await app.stop()


class Page:
    """The page, and what is asked of it most."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    async def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        try:
            await self.page.waitForFunction(condition, {"timeout": 15_000})
        except Exception as error:
            shown = await self.page.evaluate("document.body.innerText")
            raise AssertionError(f"not true: {condition}\n{shown}") from error

    async def see(self, text: str, where: str = "#messages") -> None:
        """Wait until a place shows a text."""
        await self.until(
            f"document.querySelector({where!r}).innerText.includes({text!r})"
        )

    async def count(self, selector: str) -> int:
        return len(await self.page.querySelectorAll(selector))

    async def write(self, text: str) -> None:
        await self.page.type("#text", text)
        await self.page.keyboard.press("Enter")


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running_sandbox(tokens=(make_token(1), make_token(2))) as running:
        yield running


@pytest.fixture
def anna(sandbox: Sandbox) -> SandboxUser:
    return sandbox.client().user(ANNA, ONE)


@asynccontextmanager
async def opened(keeper: BrowserKeeper, url: str) -> AsyncIterator[Page]:
    """The page as somebody sees it who has never been there."""
    async with keeper.page() as tab:
        page = Page(tab)
        await tab.setViewport({"width": 1200, "height": 800})
        await tab.goto(f"{url}/#u={ANNA}&b={ONE}")
        await page.see("No messages here yet")
        yield page


@pytest_asyncio.fixture(loop_scope="module")
async def page(keeper: BrowserKeeper, sandbox: Sandbox) -> AsyncIterator[Page]:
    async with running_bot(sandbox), opened(keeper, sandbox.url) as page:
        yield page
        assert page.problems == []


async def test_a_conversation(page: Page, anna: SandboxUser) -> None:
    await page.write("hello")
    await page.see("You said: hello")
    await page.write(HOSTILE)  # comes back as text, never as an element
    await page.see(f"You said: {HOSTILE}")
    assert await page.count("#messages img") == 0

    await page.page.type("#text", "/ph")  # the command menu
    await page.see("Shows a picture", "#commands")
    assert await page.count("#commands li") == 1
    await page.page.keyboard.press("Enter")
    await page.until("document.querySelector('.photo img')?.naturalWidth === 320")
    first = await page.page.evaluate("document.querySelector('.photo img').src")

    await page.page.click(".key")
    await page.see("Refreshed", "#toasts")
    await page.see("screen 2")
    await page.until("document.querySelector('.edited')?.innerText === 'edited'")
    await page.until("!document.querySelector('.key[aria-busy]')")
    await page.until(
        f"document.querySelector('.photo img').src !== {first!r}"
        " && document.querySelector('.photo img').naturalWidth === 320"
    )

    await page.page.click("button.photo")  # full size, closed by Escape
    await page.until(
        "document.querySelector('#viewer[open] img')?.naturalWidth === 320"
    )
    await page.page.keyboard.press("Escape")
    await page.until("!document.querySelector('#viewer[open]')")
    assert [m.text for m in await anna.messages()][-1] == "screen 2"


async def test_what_is_typed_while_a_message_goes_is_kept(
    page: Page, anna: SandboxUser
) -> None:
    # Its way takes until it is let go.
    await page.page.evaluate(
        """() => {
          const real = window.fetch;
          window.fetch = (url, options) => options.method === "POST"
            ? new Promise((go) => { window.go = () => go(real(url, options)); })
            : real(url, options);
        }"""
    )
    await page.write("first")
    await page.until("window.go !== undefined")
    await page.page.type("#text", "second")
    await page.page.evaluate("window.go()")
    await page.see("You said: first")
    assert await page.page.evaluate("document.querySelector('#text').value") == "second"


async def test_what_cannot_be_sent_is_given_back(page: Page, anna: SandboxUser) -> None:
    await page.page.evaluate("document.querySelector('#text').value = 'x'.repeat(5000)")
    await page.page.type("#text", "!")
    await page.page.keyboard.press("Enter")
    await page.see("at most 4096 characters", "#toasts")
    await page.until("document.querySelector('#text').value.length === 5001")
    assert await anna.messages() == []
    # What the browser itself says of the refusal.
    (problem,) = page.problems
    assert "400" in problem
    page.problems.clear()


async def test_what_others_change_is_seen_live(
    page: Page, anna: SandboxUser, sandbox: Sandbox
) -> None:
    said = await anna.say("from elsewhere")
    await page.see("from elsewhere")
    await anna.edit(said.id, "changed elsewhere")
    await page.see("changed elsewhere")
    await anna.delete(said.id)
    await page.until(f"!document.querySelector('[data-id=\"{said.id}\"]')")
    client = sandbox.client()
    own = f"/bot{make_token(1).reveal()}/"
    await client.post(f"{own}sendChatAction", {"chat_id": ANNA, "action": "typing"})
    await page.see("typing…", "#bot-status")
    # another bot writes: an unread counter
    await client.user(ANNA, TWO).say("x")
    token = make_token(2).reveal()
    path = f"/bot{token}/sendMessage"
    await client.post(path, {"chat_id": ANNA, "text": "psst"})
    await page.until(f"document.querySelector('[data-bot=\"{TWO}\"] .badge')")
    await page.page.click(f'[data-bot="{TWO}"]')
    await page.see("psst")
    await page.until(f"!document.querySelector('[data-bot=\"{TWO}\"] .badge')")
    assert await page.page.evaluate("location.hash") == f"#u={ANNA}&b={TWO}"
    assert token not in await page.page.content()


async def test_files(page: Page, anna: SandboxUser, tmp_path: Any) -> None:
    (tmp_path / "a.png").write_bytes(png(50, 40))
    (tmp_path / "b.html").write_text("<script>alert(1)</script>")
    chooser = await page.page.querySelector("#file")
    await chooser.uploadFile(str(tmp_path / "a.png"), str(tmp_path / "b.html"))
    await page.until("document.querySelectorAll('#attached li').length === 2")
    await page.write("look")
    await page.until("document.querySelector('.photo img')?.naturalWidth === 50")
    await page.see("b.html")
    sent = await anna.messages()
    assert [(m.kind, m.text) for m in sent] == [("photo", "look"), ("document", "")]
    assert await sent[1].download() == b"<script>alert(1)</script>"


async def test_phone(page: Page, anna: SandboxUser) -> None:
    await page.page.setViewport({"width": 390, "height": 844})
    await anna.say("word " * 60 + "x" * 300)
    await page.see("word word")
    assert await page.page.evaluate("document.documentElement.scrollWidth") == 390
    assert await page.page.evaluate(
        "Math.max(...[...document.querySelectorAll('.bubble')]"
        ".map((b) => b.getBoundingClientRect().right)) <= 390",
        force_expr=True,
    )
    await page.page.click("#back")
    await page.until("document.querySelector('#bots').offsetWidth > 300")
    await page.page.click(f'[data-bot="{ONE}"]')
    await page.see("word word")


async def test_block_and_restart(page: Page, anna: SandboxUser) -> None:
    await page.write("hello")
    await page.see("You said: hello")
    await page.page.click("#head-menu")
    await page.see("Block bot", "#popup")
    await page.page.click("#popup button:last-child")
    await page.see("UNBLOCK AND RESTART", "#composer")
    await page.page.click("#start")
    await page.see("You said: /start")
    await page.until("document.querySelector('#start').hidden")


async def test_lost_connection_is_shown_and_mended(keeper: BrowserKeeper) -> None:
    tokens = (make_token(1),)
    async with AsyncExitStack() as closing:
        async with running_sandbox(tokens) as first:
            page = await closing.enter_async_context(opened(keeper, first.url))
            port = int(first.url.rpartition(":")[2])
        await page.see("Connection lost", "#notice")
        async with running_sandbox(tokens, port=port) as second:
            await page.until("document.querySelector('#notice').hidden")
            await second.client().user(ANNA, ONE).say("a new life")
            await page.see("a new life")
