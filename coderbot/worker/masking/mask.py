"""Takes secrets out of screens and texts before anybody sees them (pure)."""

from collections.abc import Iterable
from dataclasses import replace

from coderbot.redact import Secret
from coderbot.worker.masking.grid import MASK, Grid
from coderbot.worker.masking.known import KnownSecrets
from coderbot.worker.masking.shapes import Span, secret_spans
from coderbot.worker.terminal.screen import Screen


class SecretMask:
    """Replaces secrets character by character, so that all else keeps its place.

    Args:
        secrets: Values to look for besides well-known shapes.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._known = KnownSecrets(secret.reveal() for secret in secrets)

    def text(self, text: str) -> str:
        """Return `text` without secrets."""
        parts, at = [], 0
        for first, last in sorted(self._spans(text)):
            if last > at:
                start = max(first, at)
                parts += [text[at:start], _dots(text[start:last])]
                at = last
        return "".join((*parts, text[at:])) if parts else text

    def screen(self, screen: Screen) -> Screen:
        """Return `screen` without secrets; the same object when it has none."""
        grid = Grid(screen)
        spans = self._spans(grid.text)
        if spans:
            screen = grid.masked(spans)
        title = self.text(screen.title)
        return screen if title == screen.title else replace(screen, title=title)

    def _spans(self, text: str) -> list[Span]:
        return [*secret_spans(text), *self._known.spans(text)]


def _dots(text: str) -> str:
    return "".join(each if each.isspace() else MASK for each in text)
