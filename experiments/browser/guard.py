"""Whom the page's server answers, and what every answer forbids the browser that gets it."""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from experiments.reporting.page import STYLE_SOURCE, page

NOTHING_RUNS = (
    f"default-src 'none'; img-src 'self' data:; style-src {STYLE_SOURCE}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Policy of every answer but those that say otherwise: no script, the pages' one style sheet, no frame around it."""

FIGURE = NOTHING_RUNS.replace(STYLE_SOURCE, "'unsafe-inline'")
"""Policy of a drawing that is opened by itself."""

OWN_SCRIPTS_RUN = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)
"""Policy of ``/``: its framework compiles templates in the browser, which takes inline scripts and eval."""

_HEADERS = {
    "content-security-policy": NOTHING_RUNS,
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def one_script(nonce: str) -> str:
    """Policy of a studies page: as `NOTHING_RUNS`, but for the script that has this answer's own nonce."""
    more = f"script-src 'nonce-{nonce}'; connect-src 'self'; form-action 'self'; "
    return more + NOTHING_RUNS.replace("form-action 'none'; ", "")


def notice(title: str, said: str, status: int, again: int | None = None) -> HTMLResponse:
    """Answer with a page that says why there is nothing else.

    Parameters
    ----------
    title, said : str
        Plain text.
    status : int
        Of HTTP.
    again : int, optional
        Seconds after which the browser asks again.
    """
    headers = {} if again is None else {"refresh": str(again), "retry-after": str(again)}
    return HTMLResponse(page(title, [], "notice.html.jinja", said=said), status, headers)


class Guard:
    """Middleware: refuses what names another host or comes from another origin's page, and adds headers to answers.

    Parameters
    ----------
    app : ASGI application
        Answers everybody else.
    hosts : sequence of str
        What Starlette's ``TrustedHostMiddleware`` takes: names and addresses by which this server is reached.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        """Keep what is expected."""
        self.app = app
        self.hosts = list(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answering: ASGIApp = self.app
        if not await self._is_expected(scope, receive):
            said = "This server does not go by the name in the address bar. Whoever started it can add the name, as in"
            answering = notice("Not by this name", f"{said} concord view 'hosts=[server.example,192.168.1.20]'.", 400)
        elif not _is_from_here(scope):
            said = "Pages of this server are opened in a window of their own, not from another site's page."
            answering = notice("Not from another page", said, 403)
        if answering is not self.app and scope["type"] == "websocket":
            answering = WebSocketClose()
        await answering(scope, receive, with_headers)

    async def _is_expected(self, scope: Scope, receive: Receive) -> bool:
        """Ask Starlette's middleware, whose own answer is no page, whether it lets a request's host pass."""
        passed: list[bool] = []

        async def note(scope: Scope, receive: Receive, send: Send) -> None:
            passed.append(True)

        async def drop(message: Message) -> None:
            """Its refusal is said otherwise."""

        await TrustedHostMiddleware(note, self.hosts, www_redirect=False)(scope, receive, drop)
        return bool(passed)


def _is_from_here(scope: Scope) -> bool:
    """Tell whether a request comes from a page of this server, or from none.

    Browsers always say from which origin a socket is opened; whoever does not say it is none.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        return str(scope["type"]) == "http"
    return origin.lower().partition("://")[2] == headers.get("host", "").lower()
