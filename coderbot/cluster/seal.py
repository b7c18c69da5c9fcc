"""Sealing: what lies in Redis can neither be read nor made by who has no key."""

import base64
import hashlib

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from coderbot.errors import CoderBotError
from coderbot.redact import Secret


class SealBrokenError(CoderBotError):
    """Raised for bytes that were not sealed with our key for this place."""


class _Letter(msgspec.Struct, array_like=True, frozen=True):
    place: str
    body: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Letter)


class Sealer:
    """Encrypts and signs with the key that all hosts share.

    Each piece is sealed for a place, such as the key that it is stored under: a
    stranger with access to Redis cannot bring it to another. That an old piece is
    put back in its own place is for the caller to see, by a number in it.

    Args:
        key: Of the cluster; any text that cannot be guessed.
    """

    def __init__(self, key: Secret) -> None:
        digest = hashlib.sha256(b"coderbot cluster\0" + key.reveal().encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, place: str, body: bytes) -> bytes:
        """Return `body`, unreadable and bound to `place`."""
        return self._fernet.encrypt(_encoder.encode(_Letter(place, body)))

    def open(self, place: str, sealed: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            SealBrokenError: When it was not by us, or for another place.
        """
        try:
            letter = _decoder.decode(self._fernet.decrypt(sealed))
        except (InvalidToken, msgspec.MsgspecError):
            raise SealBrokenError(f"What lies at {place} is not sealed by us") from None
        if letter.place != place:
            raise SealBrokenError(f"What lies at {place} was sealed for another place")
        return letter.body
