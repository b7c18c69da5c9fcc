"""Control API: what happens in one chat."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from coderbot.sandbox.api.params import Params
from coderbot.sandbox.chat import KINDS
from coderbot.sandbox.control import BOT, body_of
from coderbot.sandbox.errors import SandboxError
from coderbot.sandbox.files import StoredFile
from coderbot.sandbox.images import read_picture
from coderbot.sandbox.inbound import Extras, Person
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import check_picture, check_size
from coderbot.sandbox.request_reader import read_params
from coderbot.sandbox.state import World
from coderbot.sandbox.upload import Upload

_CHAT = f"/sandbox/chats/{BOT}/" + r"{chat:-?\d{1,19}}"
_MESSAGE = _CHAT + r"/messages/{message:\d{1,19}}"
_HEAD_BYTES = 1 << 16
_PLAYABLE = {"audio", "voice", "video", "video_note", "animation"}
_FILE_POLICY = "default-src 'none'; sandbox"
_SIDES = {"video": (1280, 720), "animation": (480, 270), "video_note": (240, 240)}
"""Sizes in pixels where none is known: nothing here decodes video."""

_Handler = Callable[[web.Request], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class ChatControl:
    """Routes below `/sandbox/chats/` and `/sandbox/files/`."""

    world: World

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get(_CHAT + "/messages", _json(self._messages)),
            web.post(_CHAT + "/messages", _json(self._say)),
            web.post(_CHAT + "/files", _json(self._upload)),
            web.post(_CHAT + "/block", _json(self._block)),
            web.patch(_MESSAGE, _json(self._edit)),
            web.delete(_MESSAGE, _json(self._delete)),
            web.post(_MESSAGE + "/press", _json(self._press)),
            web.get(f"/sandbox/files/{BOT}/{{file}}", self._file),
        ]

    async def _messages(self, request: web.Request) -> Json:
        bot_id, chat_id = _place(request)
        if bot_id not in self.world.bots:
            raise SandboxError(f"no bot {bot_id}")
        chat = self.world.chat(bot_id, chat_id)
        return {
            "messages": [m.view(bot_id) for m in chat.messages.values()],
            "blocked": chat.blocked,
            "commands": self.world.bots[bot_id].commands_for(chat_id),
            "cursor": self.world.events.last,
        }

    def _person(self, request: web.Request, body: Params) -> Person:
        return Person.of(self.world, *_place(request), body.integer("user_id"))

    async def _say(self, request: web.Request) -> Json:
        body = await body_of(request)
        before = self.world.events.last
        person = self._person(request, body)
        message = person.say(body.text("text"), _extras(body))
        return {"message": message.view(person.bot.id), "before": before}

    async def _upload(self, request: web.Request) -> Json:
        params = await read_params(request, self.world.files)
        try:
            return self._keep(request, params)
        finally:
            for upload in params.uploads.values():
                upload.discard()

    def _keep(self, request: web.Request, params: Params) -> Json:
        before = self.world.events.last
        person = self._person(request, params)
        upload = params.uploads.get("file")
        kind = params.text("kind", "document")
        if upload is None or kind not in KINDS:
            raise SandboxError(f"a file is needed, and a kind: {', '.join(KINDS)}")
        upload.name = params.text("name", upload.name)[:255]
        file = self._store(person, kind, upload, params)
        message = person.send_file(file, params.text("caption"), _extras(params))
        return {"message": message.view(person.bot.id), "before": before}

    def _store(
        self, person: Person, kind: str, upload: Upload, params: Params
    ) -> StoredFile:
        check_size(kind, upload.size)
        sides = _SIDES.get(kind, (0, 0))
        if kind in ("photo", "sticker"):
            picture = check_picture(upload.picture())
            sides, upload.mime = (picture.width, picture.height), picture.mime
        elif params.text("mime"):
            upload.mime = params.text("mime")
        duration = params.integer("duration", 1)
        return self.world.files.add(person.bot.id, kind, upload, *sides, duration)

    async def _block(self, request: web.Request) -> Json:
        body = await body_of(request)
        self._person(request, body).block(body.flag("blocked"))
        return {}

    async def _edit(self, request: web.Request) -> Json:
        body = await body_of(request)
        before = self.world.events.last
        person = self._person(request, body)
        message = person.edit(_message_id(request), body.text("text"))
        return {"message": message.view(person.bot.id), "before": before}

    async def _delete(self, request: web.Request) -> Json:
        bot_id, chat_id = _place(request)
        if not self.world.remove(bot_id, chat_id, _message_id(request)):
            raise SandboxError("no such message")
        return {}

    async def _press(self, request: web.Request) -> Json:
        body = await body_of(request)
        before = self.world.events.last
        person = self._person(request, body)
        callback_id = person.press(_message_id(request), body.text("data"))
        return {"callback_id": callback_id, "before": before}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Answer with a file: shown only when its content is a picture or a film."""
        file = self.world.files.get(
            int(request.match_info["bot"]), request.match_info["file"]
        )
        if file is None:
            return web.json_response({"error": "no such file"}, status=404)
        kind = None if "download" in request.query else _inline_kind(file)
        how = "attachment" if kind is None else "inline"
        name = quote(file.name, safe="", errors="replace")
        return web.FileResponse(
            file.path,
            headers={
                "Content-Type": kind or "application/octet-stream",
                "Content-Disposition": f"{how}; filename*=UTF-8''{name}",
                "Content-Security-Policy": _FILE_POLICY,
            },
        )


def _json(handler: _Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(await handler(request))

    return handle


def _place(request: web.Request) -> tuple[int, int]:
    return int(request.match_info["bot"]), int(request.match_info["chat"])


def _message_id(request: web.Request) -> int:
    return int(request.match_info["message"])


def _extras(params: Params) -> Extras:
    return Extras(
        reply_to=params.integer("reply_to"),
        thread_id=params.integer("thread_id"),
        forwarded_from=params.text("forwarded_from"),
        media_group_id=params.text("media_group_id"),
        age_s=params.integer("age_s"),
    )


def _inline_kind(file: StoredFile) -> str | None:
    """Return the type under which a browser may show a file; None: only download.

    A picture is known by its bytes; sound and film by how they were sent, and then
    only under a type that cannot hold a script.
    """
    with file.path.open("rb") as source:
        head = source.read(_HEAD_BYTES)
    if file.kind in ("photo", "sticker") or file.mime.startswith("image/"):
        whole = file.path.read_bytes() if file.mime == "image/png" else head
        picture = read_picture(whole)
        return picture.mime if picture else None
    playable = file.mime.startswith(("audio/", "video/"))
    return file.mime if file.kind in _PLAYABLE and playable else None
