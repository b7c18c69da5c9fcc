"""What is shared among hosts: the units, and what they are in truth (pure)."""

import hashlib
from collections.abc import Iterable, Mapping

from coderbot.cluster.placement import Unit
from coderbot.paths import bot_name
from coderbot.redact import Secret
from coderbot.supervisor.spec import WorkerSpec


def units_of(
    specs: Iterable[WorkerSpec], api_root: str, pins: Mapping[str, str]
) -> dict[str, Unit]:
    """Return the units that are started by these specs, by key.

    Args:
        specs: Of all bots, and of the control bot: its token, too, has one poller.
        api_root: Address of the Bot API server.
        pins: The label that a bot's host must have, by id.
    """
    units = (
        Unit(
            spec.bot,
            key_of(spec.token, api_root, spec.replica),
            # Replicas go where their bot may.
            pin=pins.get(bot_name(spec.index) if spec.replicas else spec.bot, ""),
            # A host that dies takes as few of them with it as possible.
            group=bot_name(spec.index) if spec.replica is not None else "",
        )
        for spec in specs
    )
    return {unit.key: unit for unit in units}


def key_of(token: Secret, api_root: str, replica: int | None = None) -> str:
    """Return what a bot is called in Redis: the same on all hosts, and no secret.

    By the token rather than by its place in the list: hosts with lists in another
    order must not poll with one token at the same time.
    """
    part = "" if replica is None else f"\0{replica}"
    text = f"lease\0{token.reveal()}\0{api_root}{part}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def roster_of(units: Mapping[str, Unit]) -> str:
    """Return eight hex digits by which hosts see that they share the same bots."""
    lines = sorted(f"{key} {unit.name} {unit.pin}" for key, unit in units.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:8]
