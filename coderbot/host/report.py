"""What a host tells the others of itself with each beat (pure)."""

import zlib
from collections.abc import Sequence

import msgspec

from coderbot.supervisor.events import BotSnapshot

_MAX_BYTES = 1 << 24
"""Longest report that is unpacked, in bytes."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """How a host stands. Hosts of other versions know more fields, or fewer."""

    version: str = ""
    media_root: str = ""
    """Where the media directories of its bots lie."""
    bots: Sequence[BotSnapshot] = ()
    """Those that it has the leases of."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Report)


def pack(report: Report) -> bytes:
    """Return a report as it is told; the names of fields nearly vanish in it."""
    return zlib.compress(_encoder.encode(report), 1)


def unpack(packed: bytes) -> Report | None:
    """Return a report; None for one that this version cannot read."""
    try:
        unpacker = zlib.decompressobj()
        return _decoder.decode(unpacker.decompress(packed, _MAX_BYTES))
    except (zlib.error, msgspec.MsgspecError):
        return None
