"""An HTTP request and its answer, as far as a small server needs them (pure)."""

from dataclasses import dataclass

MAX_HEAD_BYTES = 8192
"""Longest head that is read."""
END_OF_HEAD = b"\r\n\r\n"

_TEXT = "text/plain; charset=utf-8"
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}
_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names of this machine. Another one comes from a page whose name was bent to
this address (DNS rebinding): it must not read what is served here."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered to one request."""

    status: int
    body: bytes = b""
    """Empty: the words of the status."""
    kind: str = _TEXT


class RefusedError(Exception):
    """Raised for a request that is not answered.

    Args:
        status: Of HTTP.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def requested_path(head: bytes, *, from_anywhere: bool = False) -> str:
    """Return the path that a head asks for, without its query.

    Args:
        head: With its end.
        from_anywhere: Whatever the machine is called is answered.

    Raises:
        RefusedError: Unless it is a GET for this machine.
    """
    try:
        first, *rest = head.decode("ascii").rstrip("\r\n").split("\r\n")
    except UnicodeDecodeError:
        raise RefusedError(400) from None
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise RefusedError(400)
    if words[0] != "GET":
        raise RefusedError(405)
    if not from_anywhere and not _is_for_this_machine(rest):
        raise RefusedError(403)
    return words[1].partition("?")[0]


def response(page: Page) -> bytes:
    """Return the bytes of an answer, after which the connection is closed."""
    reason = _REASONS[page.status]
    content = page.body or f"{reason}\n".encode()
    head = [
        f"HTTP/1.1 {page.status} {reason}",
        f"Content-Type: {page.kind}",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    ]
    if page.status == 405:
        head.append("Allow: GET")
    return "\r\n".join(head).encode() + END_OF_HEAD + content


def _is_for_this_machine(headers: list[str]) -> bool:
    hosts = [
        value.strip().lower()
        for name, _, value in (line.partition(":") for line in headers)
        if name.lower() == "host"
    ]
    if len(hosts) != 1:
        return False
    host, colon, port = hosts[0].rpartition(":")
    if not colon or not port.isdecimal():
        host = hosts[0]
    return host in _HOSTS
