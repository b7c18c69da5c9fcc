"""Checks that need more than one variable, or a look at the machine."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from coderbot.redact import Secret, bot_id_of


def check_parent(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what keeps a fleet from starting.

    Args:
        values: Parsed values by variable name; a variable that could not be
            parsed is absent, and its problem has been told already.
    """
    yield from _check_tokens(values)
    yield from _check_users(values)
    yield from _check_delays(values)
    yield from _check_cluster(values)
    yield from _check_webhook(values)


def check_worker(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what keeps one worker from starting."""
    yield from _check_users(values)
    yield from _check_cluster(values)
    yield from _check_webhook(values)


def remarks(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is odd about the settings, though it stops nothing."""
    if values["CONTROL_BOT_TOKEN"] and not values["CONTROL_BOT_ADMIN_IDS"]:
        yield (
            "CONTROL_BOT_TOKEN is set, and CONTROL_BOT_ADMIN_IDS is empty: nobody "
            "could use the control bot, so it is not started"
        )


def _check_users(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the list of users."""
    if values.get("ALLOWED_USER_IDS") == ():
        yield (
            "ALLOWED_USER_IDS is empty, which would admit nobody; "
            "allowed: at least one Telegram user id"
        )


def _check_tokens(values: Mapping[str, Any]) -> Iterator[str]:
    plural = values.get("TELEGRAM_BOT_TOKENS")
    singular = values.get("TELEGRAM_BOT_TOKEN")
    if plural is None or singular is None:
        return
    if plural and singular and plural != singular:
        yield (
            "TELEGRAM_BOT_TOKENS and TELEGRAM_BOT_TOKEN are both set and differ; "
            "allowed: one of them"
        )
    tokens: tuple[Secret, ...] = plural or singular
    name = "TELEGRAM_BOT_TOKENS" if plural else "TELEGRAM_BOT_TOKEN"
    if not tokens:
        yield "TELEGRAM_BOT_TOKENS is not set; allowed: one token or several"
    yield from _check_duplicates(name, tokens)
    control = values.get("CONTROL_BOT_TOKEN")
    if control is not None and bot_id_of(control) in map(bot_id_of, tokens):
        yield (
            f"CONTROL_BOT_TOKEN is one of {name}; "
            "allowed: a bot of its own, because two pollers of one token fight"
        )


def _check_duplicates(name: str, tokens: tuple[Secret, ...]) -> Iterator[str]:
    first: dict[int, int] = {}
    for position, token in enumerate(tokens, 1):
        seen = first.setdefault(bot_id_of(token), position)
        if seen != position:
            yield (
                f"{name}: token {position} is of the same bot as token {seen}; "
                "allowed: each bot once"
            )


def _check_cluster(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what keeps a host from sharing bots with others."""
    shares = values.get("CLUSTER_REDIS_URL") is not None
    if shares and values.get("CLUSTER_KEY", "wrong") is None:
        yield (
            "CLUSTER_REDIS_URL is set without CLUSTER_KEY; allowed: the same key on "
            "all hosts, as `coderbot cluster key` prints one"
        )
    if not shares and values.get("BOT_REPLICAS"):
        yield (
            "BOT_REPLICAS is set without CLUSTER_REDIS_URL; "
            "allowed: with it, because replicas are fed through Redis"
        )


def _check_webhook(values: Mapping[str, Any]) -> Iterator[str]:
    if values.get("WEBHOOK_URL") and values.get("WEBHOOK_SECRET", "wrong") is None:
        yield (
            "WEBHOOK_URL is set without WEBHOOK_SECRET; allowed: with one, because "
            "anybody can send something to a public address"
        )


def _check_delays(values: Mapping[str, Any]) -> Iterator[str]:
    delay = values.get("WORKER_RESTART_DELAY_SECONDS")
    longest = values.get("WORKER_RESTART_MAX_DELAY_SECONDS")
    if delay is not None and longest is not None and longest < delay:
        yield (
            f"WORKER_RESTART_MAX_DELAY_SECONDS={longest:g} is below "
            f"WORKER_RESTART_DELAY_SECONDS={delay:g}; allowed: at least that"
        )


def check_directory(name: str, path: Path) -> Iterator[str]:
    """Yield why `path` cannot be a directory that this process writes to."""
    nearest = path
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        yield f"{name}={path}: {nearest} is no directory; allowed: a directory"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield (
            f"{name}={path}: {nearest} cannot be written to by this user; "
            "allowed: a writable directory"
        )
