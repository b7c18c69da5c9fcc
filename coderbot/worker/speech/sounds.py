"""Kinds of sound files (pure)."""

from dataclasses import dataclass

_MIME_TYPES = {
    "aac": "audio/aac",
    "aiff": "audio/aiff",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "webm": "video/webm",
}
_ALIASES = {
    "aif": "aiff",
    "mpeg": "mp3",
    "mpga": "mp3",
    "mpg": "mp4",
    "mov": "mp4",
    "m4v": "mp4",
    "oga": "ogg",
    "opus": "ogg",
    "x-aac": "aac",
    "x-aiff": "aiff",
    "x-flac": "flac",
    "x-m4a": "m4a",
    "x-wav": "wav",
    "vnd.wave": "wav",
    "wave": "wav",
}


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """How a sound is stored."""

    extension: str
    """Without the point: `ogg`."""

    @property
    def mime_type(self) -> str:
        """As services want it named."""
        return _MIME_TYPES[self.extension]


def format_of(name: str, mime_type: str | None) -> SoundFormat | None:
    """Return the format of a sound; None when it is none that is known.

    Args:
        name: Of the file; its extension counts first, as clients label files of
            all kinds as audio/mpeg.
        mime_type: What the client says.
    """
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    kind = (mime_type or "").partition(";")[0].strip().lower()
    candidates = (extension, "m4a" if kind == "audio/mp4" else kind.partition("/")[2])
    for each in candidates:
        known = _ALIASES.get(each, each)
        if known in _MIME_TYPES:
            return SoundFormat(known)
    return None
