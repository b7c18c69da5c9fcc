"""What secrets look like that carry a mark of their kind (pure)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

Span = tuple[int, int]
"""Where a secret begins and ends in a text."""


class Shape(NamedTuple):
    """One kind of secret.

    A text without an anchor is not searched at all: looking for a short string is
    a hundred times as fast as trying a pattern.
    """

    anchor: str
    """What every secret of this kind contains."""
    pattern: re.Pattern[str]
    """Its first group, or else all of it, is secret."""


def _shape(anchor: str, pattern: str) -> Shape:
    # No secret begins in the middle of a word; it also keeps the search linear.
    return Shape(anchor, re.compile(rf"(?<![A-Za-z0-9_-]){pattern}"))


_WORD = "[A-Za-z0-9_-]"
_MIXED = f"(?={_WORD}*[0-9])(?={_WORD}*[A-Z])"
"""A key has digits and capitals, which the names of styles and files have not."""

SHAPES: tuple[Shape, ...] = (
    # Telegram: the number of the bot stays, it is no secret.
    _shape(":", rf"[0-9]{{6,16}}:({_WORD}{{30,64}})"),
    *(_shape(f"gh{kind}_", f"gh{kind}_[A-Za-z0-9]{{36}}") for kind in "pousr"),
    _shape("github_pat_", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    _shape("glpat-", f"glpat-{_WORD}{{20,64}}"),
    # OpenAI, Anthropic (sk-ant-), OpenRouter (sk-or-) and those who follow them.
    _shape("sk-", f"{_MIXED}sk-{_WORD}{{20,250}}"),
    *(
        _shape(f"{kind}k_{mode}_", f"{kind}k_{mode}_[A-Za-z0-9]{{16,200}}")
        for kind in "rs"
        for mode in ("live", "test")
    ),
    _shape("gsk_", "gsk_[A-Za-z0-9]{40,64}"),
    _shape("xai-", "xai-[A-Za-z0-9]{60,100}"),
    _shape("hf_", "hf_[A-Za-z0-9]{34}"),
    _shape("npm_", "npm_[A-Za-z0-9]{36}"),
    _shape("pypi-", f"pypi-{_WORD}{{50,250}}"),
    _shape("AIza", f"AIza{_WORD}{{35}}"),
    _shape("ya29.", r"ya29\.[A-Za-z0-9_.-]{20,250}"),
    _shape("AKIA", "AKIA[A-Z2-7]{16}(?![A-Za-z0-9])"),
    _shape("ASIA", "ASIA[A-Z2-7]{16}(?![A-Za-z0-9])"),
    Shape(
        "ecret",
        re.compile(
            r"(?i)aws_?secret_?(?:access_?)?key[\"']?\s*[=:]\s*[\"']?"
            r"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
        ),
    ),
    *(
        _shape(f"xox{kind}-", f"xox{kind}-[A-Za-z0-9-]{{10,250}}")
        for kind in ("a", "b", "e", "o", "p", "r", "s")
    ),
    _shape("xapp-", "xapp-[0-9]-[A-Za-z0-9-]{20,250}"),
    Shape(
        "hooks.slack.com",
        re.compile(
            r"hooks\.slack\.com/[a-z]+/([A-Z0-9]+/[A-Z0-9]+/[A-Za-z0-9]{16,64})"
        ),
    ),
    _shape("SG.", rf"SG\.{_WORD}{{22}}\.{_WORD}{{43}}"),
    # JSON Web Tokens: two objects and a signature, in base64.
    _shape("eyJ", rf"eyJ{_WORD}{{8,}}\.eyJ{_WORD}{{8,}}\.{_WORD}{{16,}}"),
    Shape("earer ", re.compile(r"[Bb]earer ([A-Za-z0-9._~+/-]{20,}=*)")),
    # The password in an address.
    Shape("://", re.compile(r"://[^\s/:@]{0,80}:([^\s/@]{3,200})@")),
    Shape(
        "PRIVATE KEY-----",
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----((?:"
            # To the end, whose line breaks may be written as `\n`; or, where the end
            # is not to be seen, as long as lines look like those of a key.
            r"(?:\\[nr]|[A-Za-z0-9+/=\s])+(?=-----END)"
            r"|(?:[ \t\r]*\n[ \t]*(?:[A-Za-z0-9+/=]{60,}|[A-Za-z0-9+/=]+(?!\S)))+))"
        ),
    ),
)

_KEY_END = re.compile("-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----")
_KEY_LINE = re.compile(r"[ \t]*[A-Za-z0-9+/=]{4,}[ \t\r]*\n?")


def secret_spans(text: str) -> Iterator[Span]:
    """Yield where `text` has secrets of a known shape; spans may overlap."""
    for shape in SHAPES:
        if shape.anchor in text:
            group = 1 if shape.pattern.groups else 0
            for match in shape.pattern.finditer(text):
                yield match.span(group)
    if "PRIVATE KEY-----" in text:
        yield from _ends_of_keys(text)


def _ends_of_keys(text: str) -> Iterator[Span]:
    """Yield the lines before the end of a key whose beginning is not to be seen."""
    for match in _KEY_END.finditer(text):
        first = end = match.start()
        while first:
            before = text.rfind("\n", 0, first - 1) + 1
            if not _KEY_LINE.fullmatch(text, before, first):
                break
            first = before
        if first < end:
            yield first, end
