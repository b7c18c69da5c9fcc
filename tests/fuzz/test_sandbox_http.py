"""Hostile requests to a running sandbox: it answers in its own words, and lives on."""

import asyncio
import http.client
import json
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from aiohttp.http_exceptions import HttpProcessingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coderbot.sandbox.api.table import METHODS
from coderbot.sandbox.server import running_sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.fuzz.test_wire import VALUES

TOKEN = make_token(1).reveal()
BOT = make_bot_id(1)
WAIT_S = 10.0
OFTEN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

NAMES = st.sampled_from(
    [
        *("chat_id", "message_id", "message_ids", "from_chat_id", "user_id", "offset"),
        *("text", "parse_mode", "entities", "caption", "media", "photo", "document"),
        *("reply_markup", "reply_parameters", "commands", "scope", "language_code"),
        *("file_id", "url", "action", "limit", "callback_query_id", "allowed_updates"),
        *("menu_button", "reaction", "name", "description", "message_thread_id"),
    ]
)
LIKELY = st.sampled_from(
    [
        *(ANNA, str(ANNA), -100, 1, "1", "HTML", "MarkdownV2", "typing", "@anna"),
        *('{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}', "[]", "{}"),
        *('[{"type":"photo","media":"attach://x"}]', "<b>a</i>", "*_`[", "attach://y"),
        *("9" * 5_000, 1 << 80, '{"type":"chat"}', '{"message_id":1}', "\u0000"),
    ]
)
PARAMETERS = st.dictionaries(NAMES, LIKELY | VALUES, max_size=6)
METHOD = st.sampled_from(sorted(name for name, _ in METHODS.values())) | st.text(
    st.sampled_from("getSendMessage"), min_size=1, max_size=12
)
ROUTES = st.sampled_from(
    [
        *("bots", "users", "groups", "faults", f"bots/{BOT}/settings"),
        *(f"chats/{BOT}/{ANNA}/messages", f"chats/{BOT}/{ANNA}/block"),
        *(f"chats/{BOT}/{ANNA}/messages/1/press", f"chats/{BOT}/-5/messages"),
    ]
)
FIELDS = st.sampled_from(
    [
        *("user_id", "text", "first_name", "username", "id", "title", "type", "data"),
        *("kind", "count", "seconds", "blocked", "sees_all", "caption", "reply_to"),
    ]
)
ORDERS = st.dictionaries(
    # A fault would do what it is told to: break connections.
    FIELDS,
    st.sampled_from([ANNA, "1", "x", True]) | VALUES,
    max_size=5,
)


class Loud(logging.Handler):
    """Keeps what the server says of faults of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, unless it says only that a request was none."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError):
            self.said.append(self.format(record))


class Server:
    """A sandbox in a thread of its own.

    Args:
        url: Where it listens.
        loud: Its faults.
    """

    def __init__(self, url: str, loud: Loud) -> None:
        where = urlsplit(url)
        self.host, self.port = where.hostname or "", where.port or 0
        self._loud = loud

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> tuple[int, Any]:
        """Send one request; returns code and JSON of the answer."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=WAIT_S)
        try:
            connection.request(method, path, body, {"Content-Type": kind})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def assert_well(self) -> None:
        """Fail when it has had a fault, or answers no more."""
        assert self._loud.said == []
        assert self.ask("GET", f"/bot{TOKEN}/getMe")[1]["ok"] is True


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The sandbox that all of these tests abuse."""
    addresses: list[str] = []
    begun, end = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with running_sandbox(tokens=(make_token(1), make_token(2))) as sandbox:
            addresses.append(sandbox.url)
            begun.set()
            await end.wait()

    loud = Loud()
    for name in ("aiohttp.server", "aiohttp.web", "coderbot.sandbox", "asyncio"):
        logging.getLogger(name).addHandler(loud)
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert begun.wait(WAIT_S)
    yield Server(addresses[0], loud)
    loop.call_soon_threadsafe(end.set)
    thread.join(WAIT_S)
    loop.close()
    for name in ("aiohttp.server", "aiohttp.web", "coderbot.sandbox", "asyncio"):
        logging.getLogger(name).removeHandler(loud)
    assert not thread.is_alive()


@OFTEN
@given(METHOD, PARAMETERS, st.sampled_from(["json", "form"]))
def test_any_call_gets_an_answer_of_the_bot_api(
    server: Server, method: str, parameters: dict[str, Any], how: str
) -> None:
    path = f"/bot{TOKEN}/{quote(method, safe='', errors='replace')}"
    if how == "json":
        code, answer = server.ask("POST", path, json.dumps(parameters).encode())
    else:
        texts = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in parameters.items()
        }
        body = urlencode(texts, errors="replace").encode()
        code, answer = server.ask(
            "POST", path, body, "application/x-www-form-urlencoded"
        )
    assert code < 500, answer
    assert answer is None or "ok" not in answer or answer["ok"] is (code == 200)
    assert code == 200 or answer["description"]
    server.assert_well()


@OFTEN
@given(ROUTES, ORDERS | VALUES)
def test_any_order_is_carried_out_or_refused_in_words(
    server: Server, route: str, order: Any
) -> None:
    if route == "faults" and isinstance(order, dict):
        order["kind"] = "nonsense"
    code, answer = server.ask("POST", f"/sandbox/{route}", json.dumps(order).encode())
    assert code < 500
    assert code == 200 or answer["error"]
    server.assert_well()


@OFTEN
@given(
    st.lists(
        st.binary(max_size=40)
        | st.sampled_from(
            [
                *(b"GET / HTTP/1.1\r\n", b"POST /bot1:x/y HTTP/1.1\r\n", b"\r\n\r\n"),
                *(b"Host: 127.0.0.1\r\n", b"Content-Length: 99999999999\r\n"),
                *(b"Transfer-Encoding: chunked\r\n", b"ffffffff\r\n", b"0\r\n\r\n"),
                *(b"Content-Type: multipart/form-data; boundary=x\r\n", b"--x\r\n"),
                *(b"Upgrade: websocket\r\nConnection: Upgrade\r\n", b"\x00" * 9),
            ]
        ),
        max_size=8,
    )
)
def test_any_bytes_leave_it_alive(server: Server, pieces: list[bytes]) -> None:
    with socket.create_connection((server.host, server.port), WAIT_S) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass
        except (ConnectionError, OSError):
            # It may hang up; it must not hang.
            assert connection.gettimeout() == WAIT_S
    server.assert_well()
