"""What a host tells the others about itself."""

import msgspec

from coderbot.cluster.seal import SealBrokenError, Sealer
from coderbot.cluster.session import Beat


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One host as it last told.

    Hosts of other versions may know more fields, or fewer: what is unknown is
    passed over, and what lacks has a default.
    """

    host: str
    run: str
    """Of its supervisor; another one after each start."""
    beat: int = 0
    """Grows with each tick: an old entry, put back by somebody, is seen by it."""
    weight: float = 1.0
    """Share of the bots that it takes, beside the weights of others."""
    labels: tuple[str, ...] = ()
    is_draining: bool = False
    """It gives its bots away and takes none."""
    units: tuple[str, ...] = ()
    """Names of the units that serve their users there: `bot-3`, `bot-0.2`."""
    roster: str = ""
    """By this hosts see whether they share the same bots; empty: not told."""
    report: bytes = b""
    """What the host wants to be known besides."""

    @property
    def sign(self) -> Beat:
        """The beat that this was told with."""
        return Beat(self.host, self.run, self.beat)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Member)


def seal_member(sealer: Sealer, member: Member) -> bytes:
    """Return what is left in Redis for the others."""
    return sealer.seal(_place(member.host), _encoder.encode(member))


def open_member(sealer: Sealer, beat: Beat, sealed: bytes) -> Member:
    """Return what a host has told with its last beat.

    Raises:
        SealBrokenError: When it is not of our cluster, or not of this beat.
    """
    try:
        member = _decoder.decode(sealer.open(_place(beat.host), sealed))
    except msgspec.MsgspecError:
        raise SealBrokenError(f"What {beat.host} tells is of no known shape") from None
    if member.sign != beat:
        raise SealBrokenError(f"What {beat.host} tells was told at another time")
    return member


def _place(host: str) -> str:
    return f"member:{host}"
