"""What the program that this one follows has kept of its users (pure)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from coderbot.worker.assistants.model import NAME

_T = TypeVar("_T")

MAX_PROMPT = 4_096
"""Longest startup prompt that is taken over, in characters."""


class _Prompt(msgspec.Struct, rename="camel"):
    """One file of `startip/`."""

    bot_id: str
    assistant_type: str
    message: str


class _Coder(msgspec.Struct, rename="camel"):
    """One file of `customcoders/`."""

    user_id: int
    coder_name: str


@dataclass(slots=True)
class Kept:
    """All that could be read."""

    prompts: dict[int, dict[str, str]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """Startup prompts by assistant, for each bot, numbered from 0."""
    coders: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Commands of own assistants by name, for each user."""
    skipped: list[str] = field(default_factory=list)
    """Files that were left out, and why."""


def read_kept(
    prompts: Iterable[tuple[str, bytes]],
    coders: Iterable[tuple[str, bytes]],
    reserved: Collection[str],
) -> Kept:
    """Return what the files of the original say.

    Its bots were numbered from 1, and in earlier versions from 0.

    Args:
        prompts: Names and contents of the files in `startip/`.
        coders: The same for `customcoders/`.
        reserved: Names that an own assistant cannot have here.
    """
    kept = Kept()
    found = dict(_decoded(prompts, _Prompt, kept))
    first = 0 if any(each.bot_id == "bot-0" for each in found.values()) else 1
    for name, prompt in found.items():
        number = prompt.bot_id.removeprefix("bot-")
        if not number.isascii() or not number.isdigit() or not prompt.message.strip():
            kept.skipped.append(f"{name}: of no bot, or empty")
        else:
            assistant = prompt.assistant_type.lower()
            kept.prompts[int(number) - first][assistant] = prompt.message[:MAX_PROMPT]
    for name, coder in _decoded(coders, _Coder, kept):
        if not NAME.fullmatch(coder.coder_name) or coder.coder_name in reserved:
            kept.skipped.append(f"{name}: /{coder.coder_name[:32]} cannot be added")
        else:
            kept.coders[coder.user_id][coder.coder_name] = coder.coder_name
    return kept


def _decoded(
    files: Iterable[tuple[str, bytes]], kind: type[_T], kept: Kept
) -> Iterator[tuple[str, _T]]:
    """Yield the files that can be read; notes the others."""
    for name, content in files:
        try:
            # Ids of users were written as numbers and as texts.
            yield name, msgspec.json.decode(content, type=kind, strict=False)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            kept.skipped.append(f"{name}: {error}")
