"""A small web site on loopback that says what it was asked for."""

import contextlib
import http.server
import threading
from collections.abc import Iterator, Mapping


class Website(http.server.ThreadingHTTPServer):
    """Serves pages from memory; a page that begins with `http` is a redirect."""

    daemon_threads = True

    def __init__(self, pages: Mapping[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pages = dict(pages)
        self.asked: list[str] = []
        """Paths in the order in which they were asked for."""
        self.agents: set[str] = set()
        self.hang = threading.Event()
        """Set to let a page called `/slow` go on."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Website

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/slow":
            self.server.hang.wait(30)
        page = self.server.pages.get(self.path)
        if page is None:
            self.send_error(404)
        elif page.startswith("http"):
            self.send_response(302)
            self.send_header("Location", page)
            self.end_headers()
        else:
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def website(pages: Mapping[str, str]) -> Iterator[Website]:
    with Website(pages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.hang.set()
            server.shutdown()
            thread.join()
