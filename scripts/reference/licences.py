"""The page about the licences of what is installed with the program."""

from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.reference.tables import MADE, table

PROJECT = "coderbot"
_LEFT_OUT = {"dev", "docs", "local-speech"}
"""Extras that only its makers need, and one that is too large for them to have."""

_HEAD = """\
# Licences

{made}

CoderBot itself is under the MIT licence. In its package lies the font DejaVu Sans Mono with its
licence beside it (`coderbot/worker/terminal/render/fonts/LICENSE`). These packages are installed with it and keep their
own licences, as their makers state them; the exact versions that the checks run with stand in `constraints.txt`. Not among
them is what `[local-speech]` installs: look there with `pip show faster-whisper`.
"""
_CLASSIFIER = "License :: OSI Approved :: "
_LONGEST = 40
"""Of a licence field that is a name; others hold the whole text."""


def render() -> str:
    """Return the text of the page."""
    rows = [
        (each.metadata["Name"], licence_of(each), ", ".join(sorted(extras)) or "always")
        for each, extras in dependencies()
    ]
    rows.sort(key=lambda row: row[0].lower())
    titles = ("package", "licence", "installed with")
    return f"{_HEAD.format(made=MADE)}\n{table(titles, rows)}"


def dependencies() -> list[tuple[metadata.Distribution, set[str]]]:
    """Return what is installed with the program, and the extras that ask for it.

    No extras: it is always installed.
    """
    always = set(_closure(PROJECT, ""))
    found = {name: set[str]() for name in always}
    provided = metadata.metadata(PROJECT).get_all("Provides-Extra") or []
    for extra in sorted(set(provided) - _LEFT_OUT):
        for name in set(_closure(PROJECT, extra)) - always:
            found.setdefault(name, set()).add(extra)
    return [(metadata.distribution(n), extras) for n, extras in found.items()]


def licence_of(distribution: metadata.Distribution) -> str:
    """Return what the makers of a package say of its licence; "unknown" if nothing."""
    about = distribution.metadata.json
    expression = str(about.get("license_expression", ""))
    named = str(about.get("license", ""))
    classified = [
        each.removeprefix(_CLASSIFIER)
        for each in about.get("classifier", ())
        if each.startswith(_CLASSIFIER)
    ]
    if expression:
        return expression
    if named not in ("", "UNKNOWN") and "\n" not in named and len(named) <= _LONGEST:
        return named
    return ", ".join(classified) or "unknown"


def _closure(name: str, extra: str, seen: set[str] | None = None) -> Iterator[str]:
    """Yield what a package needs, and what that needs."""
    seen = set() if seen is None else seen
    for text in metadata.requires(name) or []:
        requirement = Requirement(text)
        wanted = requirement.marker is None or requirement.marker.evaluate(
            {"extra": extra}
        )
        key = canonicalize_name(requirement.name)
        if wanted and key not in seen:
            seen.add(key)
            yield key
            yield from _closure(key, "", seen)
            for more in requirement.extras:
                yield from _closure(key, more, seen)
