"""Letters between hosts: who writes them has the cluster's key (pure but for sealing)."""

import msgspec

from coderbot.cluster.seal import SealBrokenError, Sealer
from coderbot.cluster.session import Session


class Ask(msgspec.Struct, tag="ask", frozen=True, kw_only=True):
    """A request to the session whose mailbox it lies in."""

    nonce: str
    """Never used again; the replies bear it."""
    host: str
    run: str
    """Of who asks, whose mailbox the replies go to."""
    deadline_ms: int
    """By the clock of Redis; after it nothing is done any more."""
    body: bytes

    @property
    def sender(self) -> Session:
        """Who asks."""
        return Session(self.host, self.run)


class Reply(msgspec.Struct, tag="reply", frozen=True, kw_only=True):
    """A part of the answer to a request."""

    nonce: str
    number: int
    """Counted from 0, which only says that the request has arrived."""
    body: bytes = b""
    is_last: bool = False
    refusal: str = ""
    """Why there is no answer, in words."""


Letter = Ask | Reply

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Letter] = msgspec.msgpack.Decoder(Letter)


def seal_letter(sealer: Sealer, to: Session, letter: Letter) -> bytes:
    """Return a letter that nobody but `to` accepts."""
    return sealer.seal(_place(to), _encoder.encode(letter))


def open_letter(sealer: Sealer, to: Session, sealed: bytes) -> Letter:
    """Return a letter from the mailbox of `to`.

    Raises:
        SealBrokenError: When it is not of our cluster, or for somebody else.
    """
    try:
        return _decoder.decode(sealer.open(_place(to), sealed))
    except msgspec.MsgspecError:
        raise SealBrokenError("A letter is of no known shape") from None


def _place(to: Session) -> str:
    return f"mail:{to.host}:{to.run}"
