"""The head of an HTTP request, as far as a small server needs it (pure)."""

MAX_HEAD_BYTES = 8192
"""Longest head that is read."""
END_OF_HEAD = b"\r\n\r\n"

_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names of this machine. Another one comes from a page whose name was bent to
this address (DNS rebinding): it must not read what is served here."""


class RefusedError(Exception):
    """Raised for a request that is not answered.

    Args:
        status: Of HTTP.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def requested_path(head: bytes) -> str:
    """Return the path that a head asks for, without its query.

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
    if not _is_for_this_machine(rest):
        raise RefusedError(403)
    return words[1].partition("?")[0]


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
