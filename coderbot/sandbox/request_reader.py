"""Parameters of an HTTP request: query, form, JSON or multipart with files."""

import hashlib
import json

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from coderbot.sandbox.api.params import Params
from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.files import FileStore
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import MAX_UPLOAD_BYTES, too_large
from coderbot.sandbox.upload import Upload

_MAX_FIELD_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 18
_MAX_FIELDS = 200


async def read_params(request: web.Request, files: FileStore) -> Params:
    """Return the parameters of a request; its files lie in the store's directory.

    The caller calls `discard` on the uploads when the request is done.

    Raises:
        ApiError: 400 or 413.
    """
    values: Json = dict(request.query)
    kind = request.content_type
    if kind == "application/json":
        values |= await _read_json(request)
    elif kind.startswith("multipart/"):
        return await _read_multipart(request, values, files)
    elif request.can_read_body:
        values |= dict((await request.post()).items())
    return Params(values)


async def _read_json(request: web.Request) -> Json:
    raw = await request.read()
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise bad_request("can't parse request JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("JSON object expected")
    return body


async def _read_multipart(
    request: web.Request, values: Json, files: FileStore
) -> Params:
    uploads: dict[str, Upload] = {}
    try:
        reader = await request.multipart()
        while isinstance(part := await reader.next(), BodyPartReader):
            name = part.name or ""
            if len(values) + len(uploads) > _MAX_FIELDS:
                raise bad_request("too many fields")
            if part.filename is None:
                values[name] = await _read_field(part)
            else:
                upload = await _read_file(part, files)
                if name in uploads:
                    uploads[name].discard()
                uploads[name] = upload
    except (ValueError, HttpProcessingError):
        _discard(uploads)
        raise bad_request("can't parse multipart/form-data") from None
    except BaseException:
        _discard(uploads)
        raise
    return Params(values, uploads)


def _discard(uploads: dict[str, Upload]) -> None:
    for upload in uploads.values():
        upload.discard()


async def _read_field(part: BodyPartReader) -> str:
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        data += chunk
        if len(data) > _MAX_FIELD_BYTES:
            raise too_large()
    return data.decode(errors="replace")


async def _read_file(part: BodyPartReader, files: FileStore) -> Upload:
    """Stream a file to disk. One too large is read to its end but not kept.

    A refusal in the middle of a body would reach the sender as a broken connection.
    """
    path, size, digest = files.new_path(), 0, hashlib.sha256()
    try:
        with path.open("xb") as target:
            while chunk := await part.read_chunk(_CHUNK_BYTES):
                size += len(chunk)
                if size <= MAX_UPLOAD_BYTES:
                    digest.update(chunk)
                    target.write(chunk)
        if size > MAX_UPLOAD_BYTES:
            raise too_large()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    name = (part.filename or "file").replace("\0", "")[:255]
    mime = part.headers.get("Content-Type", "").partition(";")[0].strip()
    mime = "" if mime == "application/octet-stream" else mime
    return Upload(name, path, size, digest.hexdigest(), mime)
