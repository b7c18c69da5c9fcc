"""The chat page: files of this package, as they are."""

from importlib.resources import files

from aiohttp import web

_KINDS = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
}
_SCRIPTS = ("app", "composer", "dom", "message", "net", "sidebar", "text", "viewer")
_FILES = {
    "/": "index.html",
    "/style.css": "style.css",
    "/icon.svg": "icon.svg",
    **{f"/{name}.js": f"{name}.js" for name in _SCRIPTS},
}


def page_routes() -> list[web.RouteDef]:
    """Return the routes of the page and what belongs to it."""
    return [web.get(path, _serve) for path in _FILES]


async def _serve(request: web.Request) -> web.Response:
    name = _FILES[request.path]
    text = (files("coderbot.sandbox") / "web" / name).read_text("utf-8")
    return web.Response(
        text=text, content_type=_KINDS[name.rpartition(".")[2]], charset="utf-8"
    )
