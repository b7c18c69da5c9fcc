"""Client of the sandbox's control API: what tests, demos and benches hold.

async with SandboxClient("http://127.0.0.1:8081") as client:
    anna = client.user(1001, bot_id=7000001)
    await anna.say("/xterm")
    screen = await anna.wait_for(lambda m: m.kind == "photo")
    callback = await anna.press(screen, "Refresh")
    print(await anna.answer(callback), len(await screen.download()))
"""

from types import TracebackType
from typing import Self

import aiohttp

from coderbot.redact import Secret
from coderbot.sandbox.client_message import Message
from coderbot.sandbox.client_user import SandboxUser
from coderbot.sandbox.errors import SandboxError
from coderbot.sandbox.jsontypes import Json

__all__ = ["Message", "SandboxClient", "SandboxUser"]

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5)
"""No total limit: waits are long polls, bounded by their own `timeout`."""


class SandboxClient:
    """Speaks to a running sandbox; close it, or use it as a context manager.

    Args:
        base_url: Address of the sandbox, `http://127.0.0.1:PORT`.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def user(
        self, user_id: int, bot_id: int, chat_id: int | None = None
    ) -> SandboxUser:
        """Return user `user_id` in a chat with a bot (private when `chat_id` is None)."""
        return SandboxUser(self, user_id, bot_id, chat_id)

    async def bots(self) -> list[Json]:
        """Return all bots: `id`, `username`, `commands`, `pending` updates, ..."""
        return list((await self.get("/sandbox/bots"))["bots"])

    async def users(self) -> list[Json]:
        """Return all users: `id`, `first_name`, `username`."""
        return list((await self.get("/sandbox/users"))["users"])

    async def add_bot(self, name: str, username: str = "") -> tuple[int, Secret]:
        """Make a bot, as BotFather does; return its id and its token."""
        body = {"first_name": name, "username": username}
        answer = await self.post("/sandbox/bots", body)
        return int(answer["bot"]["id"]), Secret(answer["token"])

    async def revoke_bot(self, bot_id: int) -> None:
        """Take the token back: every later call with it gets 401."""
        await self.post(f"/sandbox/bots/{bot_id}/revoke", {})

    async def add_user(self, user_id: int, name: str, username: str = "") -> None:
        """Make a user who can talk to every bot."""
        body = {"id": user_id, "first_name": name, "username": username}
        await self.post("/sandbox/users", body)

    async def add_group(self, chat_id: int, title: str, kind: str = "group") -> None:
        """Make a group (`kind`: group or supergroup; `chat_id` negative)."""
        body = {"id": chat_id, "title": title, "type": kind}
        await self.post("/sandbox/groups", body)

    async def requests(self, bot_id: int | None = None) -> Json:
        """Return what bots called: `methods` (name -> `calls` and counts by HTTP code), `recent`."""
        query = {} if bot_id is None else {"bot_id": bot_id}
        return await self.get("/sandbox/requests", **query)

    async def calls(self, bot_id: int, method: str, code: int | None = None) -> int:
        """Return how often a bot called `method` (answered with HTTP `code`)."""
        counts = (await self.requests(bot_id))["methods"].get(method, {})
        return int(counts.get("calls" if code is None else str(code), 0))

    async def wait_calls(
        self,
        bot_id: int,
        method: str,
        at_least: int = 1,
        timeout: float = 30,
        code: int | None = None,
    ) -> int:
        """Wait until a bot has called `method` so often; return the count.

        Args:
            bot_id: Whose calls.
            method: Name in the Bot API, such as `sendPhoto`.
            at_least: Number of calls since the start of the sandbox.
            timeout: Seconds to wait at most.
            code: Count only calls answered with this HTTP code.

        Raises:
            TimeoutError: When it did not in time.
        """
        query: dict[str, str | int | float] = {
            "bot_id": bot_id,
            "method": method,
            "at_least": at_least,
            "timeout": timeout,
        }
        if code is not None:
            query["code"] = code
        count = int((await self.get("/sandbox/requests/wait", **query))["count"])
        if count < at_least:
            raise TimeoutError(f"{method}: {count} of {at_least} calls in {timeout} s")
        return count

    async def wait_polling(self, bot_id: int, timeout: float = 30) -> None:
        """Wait until a long poll of the bot is open: it is on line.

        Raises:
            TimeoutError: When it does not poll in time.
        """
        path = f"/sandbox/bots/{bot_id}/polling"
        if not (await self.get(path, timeout=timeout))["polling"]:
            raise TimeoutError(f"bot {bot_id} does not poll within {timeout} s")

    async def fault(
        self,
        kind: str,
        *,
        bot_id: int | None = None,
        method: str | None = None,
        count: int | None = 1,
        seconds: float = 1,
        retry_after: int = 1,
        after: bool = False,
    ) -> None:
        """Let coming calls of the Bot API fail.

        Args:
            kind: 500, 502, 401, 403, 409, 429, timeout (never answered), reset
                (connection reset), slow (answered late).
            bot_id: Only calls of this bot; of any when None.
            method: Only this method; any when None.
            count: How many calls; all until cleared when None.
            seconds: Delay of `slow`.
            retry_after: Seconds that a 429 asks to wait.
            after: Do what is asked first, then fail: the answer is lost.
        """
        body: Json = {"kind": kind, "token_id": bot_id, "method": method}
        body |= {"count": count, "seconds": seconds, "retry_after": retry_after}
        await self.post("/sandbox/faults", body | {"after": after})

    async def clear_faults(self) -> None:
        """Take back all faults."""
        await self.delete("/sandbox/faults")

    async def get(self, path: str, **query: str | int | float) -> Json:
        """Return the JSON of a GET."""
        return await self._json("GET", path, params=query)

    async def post(self, path: str, body: Json) -> Json:
        """Return the JSON of a POST."""
        return await self._json("POST", path, json=body)

    async def patch(self, path: str, body: Json) -> Json:
        """Return the JSON of a PATCH."""
        return await self._json("PATCH", path, json=body)

    async def delete(self, path: str) -> Json:
        """Return the JSON of a DELETE."""
        return await self._json("DELETE", path)

    async def send_file(self, path: str, fields: Json, name: str, data: bytes) -> Json:
        """Return the JSON of a multipart POST with one file."""
        form = aiohttp.FormData()
        for key, value in fields.items():
            form.add_field(key, str(value))
        # As a field too: a header cannot carry every hostile name.
        form.add_field("name", name)
        form.add_field("file", data, filename="file")
        return await self._json("POST", path, data=form)

    async def download(self, path: str) -> bytes:
        """Return the body of a GET.

        Raises:
            SandboxError: When the sandbox refuses.
        """
        async with self._open().get(self.base_url + path, timeout=_TIMEOUT) as answer:
            if answer.status != 200:
                raise SandboxError(f"GET {path}: HTTP {answer.status}")
            return await answer.read()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    async def _json(
        self,
        verb: str,
        path: str,
        *,
        params: dict[str, str | int | float] | None = None,
        json: Json | None = None,
        data: aiohttp.FormData | None = None,
    ) -> Json:
        async with self._open().request(
            verb,
            self.base_url + path,
            params=params,
            json=json,
            data=data,
            timeout=_TIMEOUT,
        ) as answer:
            content: Json = await answer.json(content_type=None)
        if answer.status != 200:
            raise SandboxError(f"{verb} {path}: {content.get('error', answer.status)}")
        return content
