"""What a look at the fleet's surroundings has found (pure)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one thing."""

    name: str
    ok: bool | None
    """None: it works, but not as well as it could."""
    text: str
    mend: str = ""
    """What to do about it."""
