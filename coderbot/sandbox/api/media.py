"""Sending files."""

import secrets

from coderbot.sandbox.api.call import Call
from coderbot.sandbox.api.compose import caption_fields, send
from coderbot.sandbox.api.content import content_of
from coderbot.sandbox.api.params import Params
from coderbot.sandbox.api.table import Method, method
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.files import StoredFile
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import check_picture, check_size
from coderbot.sandbox.upload import Upload

_SQUARE = 240
"""Side of a video note of unknown size, in pixels."""

_MAY_MIX = {"photo": "visual", "video": "visual"}


def take_file(call: Call, kind: str, field: str, facts: Params) -> StoredFile:
    """Return the file that a call sends.

    Args:
        call: The call, with its uploads.
        kind: photo, document, ...
        field: Parameter that names the file: an upload of the same name,
            `attach://name`, or the id of a file the bot has.
        facts: Where width, height, duration, title, performer stand.

    Raises:
        ApiError: 400 when there is no such file, or it breaks a limit.
    """
    value = facts.text(field)
    upload = call.params.uploads.get(value.removeprefix("attach://") or field)
    if upload is not None:
        return _keep(call, kind, upload, facts)
    if value.startswith("attach://"):
        raise bad_request("can't find the attached file")
    if not value:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    if value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    return _known(call, kind, value)


def _known(call: Call, kind: str, file_id: str) -> StoredFile:
    file = call.world.files.get(call.bot.id, file_id)
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        name, wanted = file.kind.title(), kind.title()
        raise bad_request(f"can't use file of type {name} as {wanted}")
    return file


def _keep(call: Call, kind: str, upload: Upload, facts: Params) -> StoredFile:
    check_size(kind, upload.size)
    picture = upload.picture() if kind in ("photo", "sticker") else None
    if kind == "photo":
        picture = check_picture(picture)
        upload.mime = picture.mime
    width = picture.width if picture else facts.integer("width")
    height = picture.height if picture else facts.integer("height")
    if kind == "video_note":
        width = height = facts.integer("length", _SQUARE)
    extra = {name: facts.text(name) for name in ("title", "performer") if name in facts}
    return call.world.files.add(
        call.bot.id, kind, upload, width, height, facts.integer("duration"), extra
    )


def _sender(kind: str) -> Method:
    def send_file(call: Call) -> Json:
        chat = call.writable_chat()
        caption = {} if kind in ("video_note", "sticker") else caption_fields(call)
        call.markup()
        file = take_file(call, kind, kind, call.params)
        return send(call, chat, content_of(file) | caption, file).api

    return send_file


for _name, _kind in (
    ("sendPhoto", "photo"),
    ("sendDocument", "document"),
    ("sendVideo", "video"),
    ("sendAudio", "audio"),
    ("sendVoice", "voice"),
    ("sendVideoNote", "video_note"),
    ("sendAnimation", "animation"),
    ("sendSticker", "sticker"),
):
    method(_name)(_sender(_kind))


@method("sendMediaGroup")
def send_media_group(call: Call) -> list[Json]:
    """Send an album: all of it or, after an error, nothing."""
    chat = call.writable_chat()
    items = [Params(item) for item in call.params.objects("media")]
    if not 2 <= len(items) <= 10:
        raise bad_request("wrong number of messages in the album: 2-10 are allowed")
    kinds = [item.text("type") for item in items]
    _check_mixture(kinds)
    made = [media_item(call, item) for item in items]
    group = {"media_group_id": str(secrets.randbits(53))}
    return [send(call, chat, fields | group, file).api for file, fields in made]


def media_item(call: Call, item: Params) -> tuple[StoredFile, Json]:
    """Return the file and the content of an `InputMedia`.

    Raises:
        ApiError: 400.
    """
    kind = item.text("type")
    if kind not in ("photo", "document", "video", "audio", "animation"):
        raise bad_request("wrong type of the media")
    caption = caption_fields(Call(call.world, call.bot, item))
    file = take_file(call, kind, "media", item)
    return file, content_of(file) | caption


def _check_mixture(kinds: list[str]) -> None:
    if len({_MAY_MIX.get(kind, kind) for kind in kinds}) > 1 or "animation" in kinds:
        raise bad_request("can't use the media of the specified type in the album")
