"""The server of the pages: loopback only, and nothing is told to who does not hold its token."""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self

from infino.charts.html import as_json, asset
from infino.core.errors import InfinoError
from infino.web.answers import ANSWERS

if TYPE_CHECKING:
    from infino import Infino

# Path, type of content, and whether the file is one of those that saved pages are made of too.
PAGES = {
    "/": ("index.html", "text/html", False),
    "/app.js": ("app.js", "text/javascript", False),
    "/app.css": ("app.css", "text/css", False),
    "/page.js": ("page.js", "text/javascript", True),
    "/page.css": ("page.css", "text/css", True),
    "/echarts.min.js": ("echarts.min.js", "text/javascript", True),
}
# Content Security Policy: own scripts and styles only, no frames, nothing sent elsewhere, even if data held markup.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# Questions and filters are small; a larger body is a mistake, and would be held in memory.
REQUEST_LIMIT = 1 << 20
IDLE_SECONDS = 30.0


class Refused(Exception):
    """A request that is not answered.

    Args:
        status: HTTP status.
        reason: Why.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class WebServer:
    """Serves the pages of a client until it is closed.

    The pages hold no data: their script asks for it with a token that stands in the fragment of `url`, which browsers
    send to nobody. Requests for another host than loopback, or from another origin, are refused.

    Args:
        client: Whose dashboards are shown; everybody who has the token acts as this user.
        port: TCP port on loopback; 0 takes a free one.

    Raises:
        OSError: The port is in use.
        MissingDependencyError: This installation came without Apache ECharts.

    Examples:
        >>> with Infino() as client, WebServer(client) as server:
        ...     print(server.url)
        ...     input("Enter ends it ")
    """

    def __init__(self, client: Infino, port: int = 0) -> None:
        asset("echarts.min.js")  # a page that cannot draw says so before it is opened
        self.client = client
        self.token = secrets.token_urlsafe(32)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.web = self
        self.port: int = self._server.server_address[1]
        # After the bind, because the port may have been 0.
        self.origins = frozenset({f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}"})
        self._thread = threading.Thread(target=self._server.serve_forever, name="infino-web", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address to open, with the token."""
        return self.address("/")

    def address(self, place: str) -> str:
        """The address of one page, with the token.

        Args:
            place: `/`, `/ask`, `/dashboards/ID` or `/visualizations/ID`.
        """
        # In the fragment, which browsers keep out of requests, logs and Referer (RFC 9110, 7.1 and 10.1.3).
        return f"http://127.0.0.1:{self.port}/#{place}?token={self.token}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    web: WebServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that went away is not news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "infino"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  # the one that makes this handler

    def do_GET(self) -> None:
        """The pages and what they are made of."""
        try:
            self._check_origin()
            if self.path not in PAGES:
                raise Refused(404, "there is no such page")
            name, kind, shared = PAGES[self.path]
            home = files("infino.web").joinpath("assets", name)
            self._answer(200, asset(name) if shared else home.read_text(encoding="utf-8"), kind)
        except Refused as refused:
            self._refuse(refused)

    def do_POST(self) -> None:
        """What the pages ask for."""
        try:
            self._check_origin()
            given = self.headers.get("Authorization") or ""
            expected = f"Bearer {self.server.web.token}"
            # In constant time, so that a wrong token does not tell how many of its first characters are right.
            if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
                raise Refused(401, "open the address that the command printed: it holds the token")
            answer = ANSWERS.get(self.path.removeprefix("/api/"))
            if answer is None or not self.path.startswith("/api/"):
                raise Refused(404, "there is no such answer")
            self._answer(200, as_json(answer(self.server.web.client, self._body())))
        except Refused as refused:
            self._refuse(refused)
        except InfinoError as error:
            self._answer(422, as_json({"error": str(error)}))
        except Exception as error:  # a reader must learn that it failed, whatever it was
            self._answer(500, as_json({"error": f"this page failed: {type(error).__name__}"}))

    def _check_origin(self) -> None:
        """A name that leads here by somebody else's DNS is not a name of ours, nor is another page's origin."""
        origins = self.server.web.origins
        # DNS rebinding: another site's name may be made to point to 127.0.0.1, but its Host header still names it.
        if f"http://{self.headers.get('Host')}" not in origins:
            raise Refused(403, "this page is served to this machine only, as 127.0.0.1 or localhost")
        if self.headers.get("Origin", next(iter(origins))) not in origins:
            raise Refused(403, "this page answers only to itself")

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length") or ""
        if self.headers.get_content_type() != "application/json" or not length.isdecimal():
            raise Refused(415, "send JSON, with its length")
        if int(length) > REQUEST_LIMIT:
            raise Refused(413, f"a request has {REQUEST_LIMIT} bytes at most")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            raise Refused(400, "this is not JSON") from None
        if not isinstance(body, dict):
            raise Refused(400, "send a JSON object")
        return body

    def _refuse(self, refused: Refused) -> None:
        self.close_connection = True  # what it sent was not read, and is not a next request
        self._answer(refused.status, as_json({"error": str(refused)}))

    def _answer(self, status: int, text: str, kind: str = "application/json") -> None:
        content = text.encode("utf-8", "replace")
        self.send_response(status)
        for name, value in (
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal shows the address."""
