"""Who is turned away, and what a browser is told about hostile files."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from coderbot.sandbox.server import Sandbox, running_sandbox
from tests.fakes.pictures import png
from tests.fakes.sandbox import ANNA, make_bot_id, make_token

ONE = make_bot_id(1)


@pytest_asyncio.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield session


Headers = dict[str, str]


@pytest.mark.parametrize("path", ["/", "/sandbox/state", "/app.js", "/bot1:x/getMe"])
async def test_rebound_host_names(http: aiohttp.ClientSession, path: str) -> None:
    port = http._base_url.port  # type: ignore[union-attr]
    for host in (f"evil.example:{port}", "127.0.0.1:1", "127.0.0.1", "[::1"):
        async with http.get(path, headers={"Host": host}) as answer:
            assert answer.status == 421, host


@pytest.mark.parametrize("path", ["/sandbox/state", "/sandbox/ws", "/sandbox/events"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},  # another server of this machine
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_foreign_pages(
    http: aiohttp.ClientSession, path: str, headers: Headers
) -> None:
    async with http.get(path, headers=headers) as answer:
        assert answer.status == 403


async def test_own_page_is_let_in(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    headers = {"Origin": sandbox.url, "Sec-Fetch-Site": "same-origin"}
    async with http.get("/sandbox/state", headers=headers) as answer:
        assert answer.status == 200


async def test_form_of_a_page_is_no_order(http: aiohttp.ClientSession) -> None:
    text = json.dumps({"user_id": ANNA, "text": "rm -rf /"})
    path = f"/sandbox/chats/{ONE}/{ANNA}/messages"
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        async with http.post(path, data=text, headers={"Content-Type": kind}) as answer:
            assert answer.status == 400


async def test_page_has_a_strict_policy(http: aiohttp.ClientSession) -> None:
    for path in ("/", "/app.js", "/style.css", "/icon.svg"):
        async with http.get(path) as answer:
            assert answer.status == 200
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "http://" not in (await answer.text()).replace(
                "http://www.w3.org/", ""
            ).replace("`http://", "")


@pytest.mark.parametrize("path", ["/..%2fserver.py", "/web/app.js", "/%2e%2e/x", "/x"])
async def test_no_other_files(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("kind", "name", "data", "extra", "shown"),
    [
        ("document", "a.html", b"<script>alert(1)</script>", {}, None),
        ("document", "a.svg", b"<svg onload=alert(1)>", {}, None),
        ("document", "a.png", b"<script>", {}, None),  # only called a picture
        ("document", "a.png", png(), {}, "image/png"),
        ("photo", "x", png(), {}, "image/png"),
        ("video", "x.mp4", b"film", {}, "video/mp4"),
        ("video", "x", b"<script>", {"mime": "text/html"}, None),
        ("voice", "x", b"<script>", {"mime": "audio/x\r\nSet-Cookie: a=b"}, None),
    ],
)  # fmt: skip
async def test_uploads_are_never_run(
    sandbox: Sandbox,
    http: aiohttp.ClientSession,
    kind: str,
    name: str,
    data: bytes,
    extra: dict[str, Any],
    shown: str | None,
) -> None:
    anna = sandbox.client().user(ANNA, ONE)
    sent = await anna.upload(kind, name, data, **extra)
    assert sent.file is not None
    async with http.get(sent.file["url"]) as answer:
        assert answer.status == 200
        assert await answer.read() == data
        assert answer.content_type == (shown or "application/octet-stream")
        how = answer.headers["Content-Disposition"].partition(";")[0]
        assert how == ("inline" if shown else "attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers
    async with http.get(sent.file["url"], params={"download": "1"}) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name", ['a"\r\nX: y', "../../etc/passwd", "\u202egnp.exe", "é" * 300]
)
async def test_hostile_names(
    sandbox: Sandbox, http: aiohttp.ClientSession, name: str
) -> None:  # fmt: skip
    sent = await sandbox.client().user(ANNA, ONE).upload("document", name, b"x")
    assert sent.file is not None
    assert sent.file["name"] == name[:255]
    async with http.get(sent.file["url"]) as answer:
        assert "X" not in answer.headers
        disposition = answer.headers["Content-Disposition"]
        assert disposition.isascii()
        assert "/" not in disposition


async def test_other_files_of_the_machine(http: aiohttp.ClientSession) -> None:
    token = make_token(1).reveal()
    for path in ("../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd"):
        async with http.get(f"/file/bot{token}/{path}") as answer:
            assert answer.status == 404
    async with http.get("/file/bot1:x/photos/file_1.png") as answer:
        assert answer.status == 401


@pytest.mark.parametrize(
    ("method", "options", "code"),
    [
        ("getMe", {}, 200),
        ("GETME", {}, 200),  # in any case
        ("nothing", {}, 404),
        ("sendMessage", {"params": {"chat_id": ANNA, "text": "q"}}, 200),
        ("sendMessage", {"data": {"chat_id": str(ANNA), "text": "f"}}, 200),
        ("sendMessage", {"json": {"chat_id": ANNA, "text": "j"}}, 200),
        ("sendMessage", {"json": {"chat_id": "x", "text": "j"}}, 400),
        ("sendMessage", {"json": {"text": "j"}}, 400),
        ("sendMessage", {"json": ["x"]}, 400),
        ("sendMessage", {"json": {"chat_id": ANNA, "text": "\ud800x"}}, 200),
        ("sendMessage", {"json": {"chat_id": ANNA, "text": "x", "entities": [{}]}}, 400),
        ("sendMessage", {"json": {"chat_id": ANNA, "text": "x", "reply_markup": "{"}}, 400),
        ("sendPhoto", {"json": {"chat_id": ANNA, "photo": "attach://none"}}, 400),
        ("sendPhoto", {"json": {"chat_id": ANNA, "photo": "unknown-id"}}, 400),
        ("sendPhoto", {"json": {"chat_id": ANNA, "photo": "https://e.org/a"}}, 400),
        ("sendPhoto", {"json": {"chat_id": ANNA}}, 400),
        ("getUpdates", {"json": {"allowed_updates": "{}"}}, 400),
        ("setMyCommands", {"json": {"commands": [[]]}}, 400),
        ("sendMessage", {"json": {"chat_id": ANNA, "text": "x", "reply_parameters": {"message_id": []}}}, 400),
    ],
)  # fmt: skip
async def test_ways_to_send_parameters(
    http: aiohttp.ClientSession, method: str, options: Any, code: int
) -> None:
    path = f"/bot{make_token(1).reveal()}/{method}"
    async with http.post(path, **options) as answer:
        body = await answer.json()
    assert answer.status == code
    assert body["ok"] is (code == 200)
    if code != 200:
        assert body["error_code"] == code
        assert body["description"]


async def test_broken_bodies_do_not_break_the_server(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:  # fmt: skip
    path = f"/bot{make_token(1).reveal()}/sendPhoto"
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        headers = {"Content-Type": kind}
        async with http.post(path, data=b"--x\r\nnonsense", headers=headers) as answer:
            assert answer.status == 400
    headers = {"Content-Type": "application/json"}
    async with http.post(path, data=b"[" * 100_000, headers=headers) as answer:
        assert answer.status == 400
    assert len(await sandbox.client().bots()) == 2


async def test_a_file_that_comes_twice_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    form = aiohttp.FormData()
    for data in (b"one", b"two"):
        form.add_field("file", data, filename="f")
    form.add_field("user_id", str(ANNA))
    path = f"/sandbox/chats/{ONE}/{ANNA}/files"
    async with (
        running_sandbox(tokens=(make_token(1),)) as sandbox,
        aiohttp.ClientSession(sandbox.url) as http,
    ):
        async with http.post(path, data=form) as answer:
            assert answer.status == 200
        (message,) = await sandbox.client().user(ANNA, ONE).messages()
        assert await message.download() == b"two"
        (folder,) = tmp_path.glob("coderbot-sandbox-*")
        assert [file.read_bytes() for file in folder.iterdir()] == [b"two"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/sandbox/events?timeout=nan", 400),
        ("/sandbox/events?timeout=soon", 400),
        (f"/sandbox/bots/{'9' * 5000}/polling", 404),
        (f"/sandbox/chats/1/{'9' * 5000}/messages", 404),
    ],
)
async def test_numbers_that_are_none(
    http: aiohttp.ClientSession, path: str, code: int
) -> None:
    async with asyncio.timeout(10), http.get(path) as answer:
        assert answer.status == code


async def test_a_webhook_with_a_broken_address_ends_nothing(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    anna = sandbox.client().user(ANNA, ONE)
    call = f"/bot{make_token(1).reveal()}"
    await anna.say("before")
    async with http.post(f"{call}/setWebhook", json={"url": "http://localhost["}) as it:
        assert it.status == 200
    await anna.say("after")
    async with http.post(f"{call}/deleteWebhook") as answer:
        assert answer.status == 200
    async with http.post(f"{call}/getUpdates") as answer:
        updates = (await answer.json())["result"]
    assert [each["message"]["text"] for each in updates] == ["before", "after"]


async def test_a_bot_that_is_added_later_has_its_updates_brought(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    brought: asyncio.Queue[Any] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        await brought.put(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    client = sandbox.client()
    async with TestServer(app) as server, asyncio.timeout(10):
        bot_id, token = await client.add_bot("Late")
        hook = {"url": f"http://127.0.0.1:{server.port}/"}
        async with http.post(f"/bot{token.reveal()}/setWebhook", json=hook) as answer:
            assert answer.status == 200
        await client.user(ANNA, bot_id).say("hello")
        assert (await brought.get())["message"]["text"] == "hello"


async def test_a_chain_of_answers_is_told_one_deep(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    anna = sandbox.client().user(ANNA, ONE)
    first = await anna.say("first")
    second = await anna.say("second", reply_to=first.id)
    await anna.say("third", reply_to=second.id)
    async with http.post(f"/bot{make_token(1).reveal()}/getUpdates") as answer:
        (*_, last) = (await answer.json())["result"]
    replied = last["message"]["reply_to_message"]
    assert replied["text"] == "second"
    assert "reply_to_message" not in replied


async def test_websocket_streams_what_happens(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:  # fmt: skip
    client = sandbox.client()
    state = await client.get("/sandbox/state")
    async with asyncio.timeout(10), http.ws_connect(
        f"/sandbox/ws?after={state['cursor']}"
    ) as stream:  # fmt: skip
        hello = await stream.receive_json()
        assert hello["epoch"] == state["epoch"]
        assert hello["events"] == []
        await client.user(ANNA, ONE).say("hello")
        frame = await stream.receive_json()
        (event,) = frame["events"]
        assert (event["type"], event["message"]["text"]) == ("message", "hello")
        assert frame["cursor"] == event["seq"]
