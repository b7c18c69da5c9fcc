"""Who may talk to the control API: this machine, and no page from elsewhere."""

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

_HOSTS = {"127.0.0.1", "localhost", "::1"}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def _is_here(address: str, port: int) -> bool:
    """Tell whether `host:port` is this server (against DNS rebinding)."""
    try:
        parts = urlsplit(f"//{address}")
        return parts.hostname in _HOSTS and (parts.port or 80) == port
    except ValueError:
        return False


def _is_foreign(request: web.Request, port: int) -> bool:
    """Tell whether a page of another site makes the browser ask (CSRF)."""
    origin = request.headers.get("Origin")
    if origin is not None:
        scheme, _, address = origin.partition("://")
        if scheme != "http" or not _is_here(address, port):
            return True
    site = request.headers.get("Sec-Fetch-Site", "none")
    return site not in ("same-origin", "none")


def _port(request: web.Request) -> int:
    transport = request.transport
    name = None if transport is None else transport.get_extra_info("sockname")
    return int(name[1]) if name else 0


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests that do not mean this server, or come from a foreign page."""
    port = _port(request)
    if not _is_here(request.headers.get("Host", ""), port):
        return web.json_response({"error": "unknown host"}, status=421)
    if not request.path.startswith(("/bot", "/file/")) and _is_foreign(request, port):
        return web.json_response({"error": "foreign origin"}, status=403)
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers that keep a browser from being clever."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
    if not request.path.startswith("/file/"):
        response.headers.setdefault("Cache-Control", "no-store")
