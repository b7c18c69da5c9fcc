"""Files as the Bot API describes them inside a message."""

from coderbot.sandbox.files import StoredFile
from coderbot.sandbox.jsontypes import Json


def content_of(file: StoredFile) -> Json:
    """Return the fields of a `Message` that hold this file."""
    base = {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
    }
    sides = {"width": file.width, "height": file.height}
    named = {"file_name": file.name, "mime_type": file.mime}
    time = {"duration": file.duration}
    match file.kind:
        case "photo":
            return {"photo": [base | sides]}
        case "video":
            return {"video": base | sides | time | named}
        case "animation":
            animation = base | sides | time | named
            return {"animation": animation, "document": base | named}
        case "audio":
            return {"audio": base | time | named | file.extra}
        case "voice":
            return {"voice": base | time | {"mime_type": file.mime}}
        case "video_note":
            return {"video_note": base | time | {"length": file.width}}
        case "sticker":
            return {"sticker": base | sides | _STICKER}
    return {"document": base | named}


_STICKER = {"type": "regular", "is_animated": False, "is_video": False}
