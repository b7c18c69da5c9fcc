"""What is worth an alert, out of how a bot stood and how it stands (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from coderbot.control.facts import BotSnapshot, BotState, ClusterSnapshot, Dossier
from coderbot.controlbot.excerpt import excerpt

LOOP_AT = 3
"""So many crashes in a row are a crash loop."""
_HARMLESS = frozenset({"asked", "exit 0", "exit 77", "exit 78"})
"""Causes of ends that are no crashes: wanted, or told as a failure."""
_OF_NO_USE = ("hung", "deaf", "over its memory limit", "over its CPU limit")
"""How the reasons begin for which the supervisor ends a worker that lives."""


class Kind(StrEnum):
    """What has happened."""

    CRASH = "crash"
    LOOP = "crash loop"
    FAILED = "failed"
    CONFLICT = "conflict"
    STRANGER = "unauthorised"
    MEDIA = "media failure"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that admins should know."""

    kind: Kind
    bot: str
    """Whom it concerns: a bot, or a host."""
    text: str
    """What is told of it."""
    group: str
    """The same for incidents that are told together."""
    times: int = 1

    @property
    def is_urgent(self) -> bool:
        """Whether it makes a sound in quiet hours, and is never put off."""
        return self.kind is Kind.FAILED


def incidents_of(before: BotSnapshot | None, now: BotSnapshot) -> Iterator[Incident]:
    """Yield what has happened to a bot; of the past before the first look only what
    still is so.

    A crash has no more than its reason here; its dossier explains it (`explained`).

    Args:
        before: How it stood at the last look; None at the first.
        now: How it stands.
    """
    name = named(now)
    if now.state is BotState.FAILED and (
        before is None or before.state is not BotState.FAILED
    ):
        why = excerpt(now.reason) or "for an unknown reason"
        text = f"⛔ {name} failed: {why}\nIt is not started again by itself."
        yield Incident(Kind.FAILED, now.bot, text, f"failed {now.bot}")
    if now.status == "conflict" and (before is None or before.status != "conflict"):
        text = f"⚠️ {name}: conflict: {excerpt(now.reason)}"
        yield Incident(Kind.CONFLICT, now.bot, text, f"conflict {now.bot}")
    if before is not None:
        yield from _counted(before, now, name)


def host_incidents(
    before: ClusterSnapshot | None, now: ClusterSnapshot
) -> Iterator[Incident]:
    """Yield what has happened to the hosts that share the bots.

    A host that was stopped is no incident: it has given its bots away.

    Args:
        before: How they stood at the last look; None at the first.
        now: How they stand.
    """
    known = {} if before is None else {each.host: each for each in before.hosts}
    for host in now.hosts:
        was = known.get(host.host)
        if was is not None and was.state == host.state:
            continue
        name = excerpt(host.host)
        if host.state == "gone":
            text = f"🔌 Host {name} is gone. Other hosts take its bots."
        elif host.state == "stranger":
            text = f"⚠️ Host {name} takes no bots: it needs the same CLUSTER_KEY."
        elif was is not None and not was.is_alive:
            text = f"🔌 Host {name} is back."
        else:
            continue
        yield Incident(Kind.HOST, host.host, text, f"{host.state} {host.host}")


def explained(crash: Incident, dossier: Dossier, bot: BotSnapshot) -> Incident:
    """Return a crash with what its dossier says; the group is its fingerprint."""
    what = excerpt(dossier.summary)
    if not dossier.reason and not what.startswith(dossier.exit):
        what = f"{dossier.exit}: {what}"
    guess = f"; {dossier.guess}" if dossier.guess else ""
    seen = f", seen {dossier.seen} times" if dossier.seen > 1 else ""
    mark = dossier.fingerprint
    text = f"{_verb(named(bot), dossier.reason)}: {what}{guess}\nCrash {mark}{seen}"
    return replace(crash, text=text, group=f"crash {mark}")


def named(bot: BotSnapshot) -> str:
    """Return the id of a bot, and its name if it is known."""
    return f"{bot.bot} (@{excerpt(bot.username)})" if bot.username else bot.bot


def _counted(before: BotSnapshot, now: BotSnapshot, name: str) -> Iterator[Incident]:
    crashes = _crashes(now) - _crashes(before)
    if crashes > 0:
        why = excerpt(now.reason or now.last_exit)
        text = f"{_verb(name, now.reason)}: {why}"
        yield Incident(Kind.CRASH, now.bot, text, f"crash of {now.bot}", crashes)
    if before.crashes_in_row < LOOP_AT <= now.crashes_in_row:
        text = (
            f"🔁 {name} keeps crashing: {now.crashes_in_row} times in a row. "
            "The pauses between its starts grow."
        )
        yield Incident(Kind.LOOP, now.bot, text, f"loop {now.bot}")
    strangers = now.strangers - before.strangers
    if strangers > 0:
        who = excerpt(now.last_stranger)
        text = f"🚫 {name}: somebody who may not use it wrote to it: user {who}"
        yield Incident(Kind.STRANGER, now.bot, text, f"stranger {now.bot}", strangers)
    failures = now.media_failed - before.media_failed
    if failures > 0:
        text = f"📎 {name}: not sent: {excerpt(now.last_media_failure)}"
        yield Incident(Kind.MEDIA, now.bot, text, f"media {now.bot}", failures)


def _verb(name: str, reason: str) -> str:
    """Return how an alert about the end of a worker begins."""
    if reason.startswith(_OF_NO_USE):
        return f"💥 {name} was ended, and is restarted"
    return f"💥 {name} crashed"


def _crashes(bot: BotSnapshot) -> int:
    return sum(count for cause, count in bot.exits if cause not in _HARMLESS)
