"""A person in a chat with one bot of the sandbox."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from coderbot.sandbox.client_message import Message
from coderbot.sandbox.jsontypes import Json


class Connection(Protocol):
    """What a user needs of the client."""

    async def get(self, path: str, **query: str | int | float) -> Json:
        """Return the JSON of a GET."""

    async def post(self, path: str, body: Json) -> Json:
        """Return the JSON of a POST."""

    async def patch(self, path: str, body: Json) -> Json:
        """Return the JSON of a PATCH."""

    async def delete(self, path: str) -> Json:
        """Return the JSON of a DELETE."""

    async def send_file(self, path: str, fields: Json, name: str, data: bytes) -> Json:
        """Return the JSON of a multipart POST with one file."""

    async def download(self, path: str) -> bytes:
        """Return the body of a GET."""


class SandboxUser:
    """One user in one chat: says, presses, uploads, waits for answers.

    Args:
        connection: The client.
        user_id: Who acts.
        bot_id: The bot that is talked to.
        chat_id: The chat; the private chat with the bot when None.
    """

    def __init__(
        self,
        connection: Connection,
        user_id: int,
        bot_id: int,
        chat_id: int | None = None,
    ) -> None:
        self.user_id = user_id
        self.bot_id = bot_id
        self.chat_id = user_id if chat_id is None else chat_id
        self.cursor = 0
        """Place in the event log just before this user's last action."""
        self._pressed: dict[str, int] = {}
        self._connection = connection
        self._path = f"/sandbox/chats/{self.bot_id}/{self.chat_id}"

    async def say(
        self,
        text: str,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
        forwarded_from: str | None = None,
        age_s: int = 0,
    ) -> Message:
        """Send text or a command; return the user's own message.

        Args:
            text: What is said.
            reply_to: Id of the message that is answered.
            thread_id: Topic.
            forwarded_from: Name of a person whose message this is said to be.
            age_s: How long ago it was sent, in seconds.
        """
        body: Json = {"user_id": self.user_id, "text": text}
        body |= {"reply_to": reply_to, "thread_id": thread_id}
        body |= {"forwarded_from": forwarded_from, "age_s": age_s}
        return self._sent(await self._connection.post(f"{self._path}/messages", body))

    async def upload(
        self, kind: str, name: str, data: bytes, caption: str = "", **extra: str | int
    ) -> Message:
        """Send a file; return the user's own message.

        Args:
            kind: photo, document, video, audio, voice, video_note, animation, sticker.
            name: File name; may be hostile.
            data: Content.
            caption: Text below it.
            extra: `duration` (seconds), `mime`, `thread_id`, `media_group_id`.
        """
        fields: Json = {"user_id": self.user_id, "kind": kind, "caption": caption}
        path = f"{self._path}/files"
        return self._sent(
            await self._connection.send_file(path, fields | extra, name, data)
        )

    async def press(self, message: Message, button: str) -> str:
        """Press an inline button; return the id of the callback query.

        Args:
            message: The message as this user saw it; it may be outdated by now.
            button: Text of the button, or its callback data.
        """
        data = message.button(button).get("callback_data")
        if data is None:
            raise LookupError(f"button {button!r} sends no callback query")
        return await self.press_data(message.id, data)

    async def press_data(self, message_id: int, data: str) -> str:
        """Send any callback data for a message, as a forged client could."""
        path = f"{self._path}/messages/{message_id}/press"
        body = {"user_id": self.user_id, "data": data}
        answer = await self._connection.post(path, body)
        self.cursor = answer["before"]
        self._pressed[answer["callback_id"]] = self.cursor
        return str(answer["callback_id"])

    async def answer(self, callback_id: str, timeout: float = 30) -> Json:
        """Wait until the bot answers a press: `text`, `show_alert`, `url`.

        Args:
            callback_id: What `press` returned.
            timeout: Seconds to wait at most.

        Raises:
            TimeoutError: When the bot did not answer in time.
        """

        def is_it(event: Json) -> bool:
            return (event["type"], event.get("callback_id")) == ("toast", callback_id)

        return await self.wait_event(
            is_it, timeout, after=self._pressed.get(callback_id, 0)
        )

    async def edit(self, message_id: int, text: str) -> Message:
        """Edit a message of this user."""
        path = f"{self._path}/messages/{message_id}"
        body = {"user_id": self.user_id, "text": text}
        return self._sent(await self._connection.patch(path, body))

    async def delete(self, message_id: int) -> None:
        """Delete any message of the chat; a bot is not told."""
        await self._connection.delete(f"{self._path}/messages/{message_id}")

    async def block(self, blocked: bool = True) -> None:
        """Block the bot, or let it write again."""
        await self._connection.post(
            f"{self._path}/block", {"user_id": self.user_id, "blocked": blocked}
        )

    async def messages(self) -> list[Message]:
        """Return the chat as it stands, oldest first."""
        answer = await self._connection.get(f"{self._path}/messages")
        return [self._message(raw) for raw in answer["messages"]]

    async def message(self, message_id: int) -> Message:
        """Return the current state of one message.

        Raises:
            LookupError: When the chat has no such message (any more).
        """
        for message in await self.messages():
            if message.id == message_id:
                return message
        raise LookupError(f"no message {message_id} in chat {self.chat_id}")

    async def wait_for(
        self,
        predicate: Callable[[Message], bool] = lambda _: True,
        timeout: float = 30,
        after: int | None = None,
    ) -> Message:
        """Return the first message of the bot, new or edited, that `predicate` likes.

        Every state of a message is seen, also one that was soon edited away.

        Args:
            predicate: What to look for.
            timeout: Seconds to wait at most.
            after: Only states later than this cursor (`message.cursor`). When None:
                those since this user's last action, so that an answer which came
                before the call is found too.

        Raises:
            TimeoutError: When none came in time; tells what did come.
        """
        seen: list[Message] = []

        def likes(event: Json) -> bool:
            if event["type"] not in ("message", "edit"):
                return False
            message = self._message(event["message"])
            if not message.from_bot:
                return False
            seen.append(message)
            return predicate(message)

        try:
            event = await self.wait_event(likes, timeout, after)
        except TimeoutError:
            told = [f"{m.id} {m.kind} {m.text[:60]!r} {m.buttons}" for m in seen[-8:]]
            raise TimeoutError(
                f"no such message within {timeout} s; seen: {told}"
            ) from None
        return self._message(event["message"])

    async def wait_event(
        self,
        predicate: Callable[[Json], bool],
        timeout: float = 30,
        after: int | None = None,
    ) -> Json:
        """Return the first event of this chat that `predicate` likes.

        Args:
            predicate: What to look for. An event has `type` (message, edit, delete,
                action, toast, chat), `seq` and what the type calls for.
            timeout: Seconds to wait at most.
            after: Only events later than this cursor; since the last action when None.

        Raises:
            TimeoutError: When none came in time.
        """
        cursor = self.cursor if after is None else after
        async with asyncio.timeout(timeout):
            while True:
                answer = await self._connection.get(
                    "/sandbox/events",
                    after=cursor,
                    bot_id=self.bot_id,
                    chat_id=self.chat_id,
                    timeout=timeout,
                )
                for event in answer["events"]:
                    if predicate(event):
                        return dict(event)
                cursor = answer["cursor"]

    def _sent(self, answer: Json) -> Message:
        self.cursor = answer["before"]
        return self._message(answer["message"])

    def _message(self, raw: Json) -> Message:
        return Message.of(raw, self._connection.download)
