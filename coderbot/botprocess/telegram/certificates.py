"""What the Bot API server is checked with."""

import functools
import ssl

import httpx


def authorities(url: str) -> ssl.SSLContext:
    """Return whom to trust for calls to `url`; all connections share it.

    To read the authorities takes 25 ms and 2 MB of each process, so that is done once.
    Without TLS, as with a Bot API server on this machine, nobody is trusted.
    """
    return _context(is_plain=url.startswith("http://"))


@functools.cache
def _context(*, is_plain: bool) -> ssl.SSLContext:
    if is_plain:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.create_ssl_context()
