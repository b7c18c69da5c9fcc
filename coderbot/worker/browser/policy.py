"""Which addresses the browser may open (pure)."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

_LOOPBACK_NAMES = ("localhost", "*.localhost", "127.*", "[::1]")
"""What the browser may look up in any case: it needs no name server for these."""

_PRINTED = re.compile(
    r"https?://(?:localhost|[a-z0-9-]+\.localhost|127(?:\.[0-9]{1,3}){3}|0\.0\.0\.0"
    r"|\[::1?\])(?::[0-9]{1,5})?(?![A-Za-z0-9.:@_-])(?:[/?#][^\s\"'<>`│┃║|]*)?",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?)]}*_"
"""What follows an address in a sentence and is no part of it."""
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}
"""Where a server that listens everywhere is reached."""


class WebPolicy:
    """Loopback, and the hosts that somebody has named.

    A name counts only as it is written: what it resolves to can change between the
    question and the visit.

    Args:
        allowed: Host names besides; `*.example.org` allows all below it.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = tuple(each.lower().rstrip(".") for each in allowed)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Patterns of the hosts that may be looked up."""
        return _LOOPBACK_NAMES + self._allowed

    def allows(self, url: str) -> bool:
        """Return whether the browser may ask for this address."""
        scheme = url.partition(":")[0].lower()
        if scheme in ("data", "blob", "about"):
            return True
        # A backslash is a slash to browsers, and so ends the host.
        known = scheme in ("http", "https", "ws", "wss") and "\\" not in url
        host = host_of(url)
        return known and (is_loopback(host) or self._is_listed(host))

    def _is_listed(self, host: str) -> bool:
        return any(
            host == each or (each.startswith("*.") and host.endswith(each[1:]))
            for each in self._allowed
        )


def host_of(url: str) -> str:
    """Return the host that an address names, as it counts; empty when it names none."""
    try:
        return (urlsplit(url.replace("\\", "/")).hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Return whether `host` is this machine by its very name."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def normal_address(text: str) -> str:
    """Return the address that a person means: `:3000` and `localhost:3000/x` too."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,5}(/.*)?", text):
        text = ":" + text
    if text.startswith(":"):
        text = "localhost" + text
    if "://" not in text:
        text = "http://" + text
    return _reachable(text)


def last_local_address(text: str) -> str | None:
    """Return the last address of this machine that is printed in `text`."""
    found = _PRINTED.findall(text)
    return _reachable(found[-1].rstrip(_TRAILING)) if found else None


def _reachable(url: str) -> str:
    for host, reached in _EVERYWHERE.items():
        url = re.sub(rf"(?<=://){re.escape(host)}(?=[:/?#]|$)", reached, url)
    return url
