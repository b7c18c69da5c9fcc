"""What /web is asked for, and what it says (pure)."""

from dataclasses import dataclass

from coderbot.worker.browser.policy import normal_address

NO_ADDRESS = "The terminal has printed no address of a local server. Give one: /web localhost:3000"
_MAX_HOSTS = 3
"""Hosts named of those that a page has asked in vain."""


@dataclass(frozen=True, slots=True)
class WebWish:
    """A page and how it is to be shown."""

    url: str | None
    """Whole address; None is the last one that the terminal has printed."""
    is_full: bool = False
    """All of the page, not only what a window shows."""
    is_phone: bool = False
    """As on a phone, not as on a desktop."""


def wish_of(argument: str) -> WebWish | None:
    """Return what the arguments of /web ask for; None if they make no sense."""
    words = argument.split()
    flags = {word.lower() for word in words} & {"full", "phone", "desktop"}
    rest = [word for word in words if word.lower() not in flags]
    if len(rest) > 1 or {"phone", "desktop"} <= flags:
        return None
    url = normal_address(rest[0]) if rest else None
    return WebWish(url, "full" in flags, "phone" in flags)


def opening(url: str) -> str:
    """Say that a page is being opened."""
    return f"Opening {url}\u2026"


def caption(
    url: str, title: str, blocked: tuple[str, ...], is_cut: bool, is_complete: bool
) -> str:
    """Return what stands under the picture of a page."""
    lines = [title] if title else []
    lines.append(url)
    if not is_complete:
        lines.append("It was still loading.")
    if is_cut:
        lines.append("It is longer than Telegram takes.")
    if blocked:
        more = len(blocked) - _MAX_HOSTS
        hosts = ", ".join(blocked[:_MAX_HOSTS]) + (
            f" and {more} more" if more > 0 else ""
        )
        lines.append(f"Not asked, as they are not this machine: {hosts}")
    return "\n".join(lines)
