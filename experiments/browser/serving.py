"""The server of ``concord view``: Solara's application and the studies pages, on one socket."""

import contextlib
import ctypes
import ipaddress
import logging
import os
import socket
import struct
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from experiments.browser.guard import OWN_SCRIPTS_RUN, Guard, notice
from experiments.browser.studies import study_routes

_SETTINGS = {
    "SOLARA_APP": "experiments.browser.app",
    "SOLARA_CHECK_HOOKS": "off",
    "SOLARA_MODE": "production",
    # Else the first request's headers say, for every visitor, where scripts are loaded from.
    "SOLARA_ROOT_PATH": "",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_TITLE": "Concord",
}
_GRACE = 2
"""Seconds that open pages get when the server ends."""
_OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
_SOCKET = "/jupyter/api/kernels/{kernel_id}/{name}"
_CLOSING = "/_solara/api/close/{kernel_id}"
_OF_SOLARA = ("/jupyter/nbextensions", "/static/assets", "/static")
"""What the page needs of Solara; the rest tells of the machine, or answers whatever is asked."""
_NOT_UNDERSTOOD = (ValueError, LookupError, TypeError, AttributeError, struct.error)
"""What Solara raises when a message is not one that its page sends."""
_OF_EVERYBODY = (
    (b"<html>", b'<html lang="en">'),
    (b", maximum-scale=1, user-scalable=no, minimal-ui", b""),
)
"""In Solara's page, what keeps a screen reader from knowing its language, and anybody from making it larger."""
_AGAIN = 10
"""Seconds after which a page that found no room asks again."""
_MALLOC = {-3: 256 * 1024, -8: 2}
"""Of glibc: how large what gets pages of its own is (M_MMAP_THRESHOLD), how many heaps threads share (M_ARENA_MAX)."""


def listening(host: str, port: int) -> socket.socket:
    """Take the port before anything slow happens.

    Parameters
    ----------
    host : str
        Address or name to listen on.
    port : int
        0 takes any that is free.

    Returns
    -------
    socket.socket
        Bound and listening.

    Raises
    ------
    OSError
        In one line, when the port is in use or the address is not one of this machine.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        # What looks an address up counts its errors below zero, and words them itself.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise OSError(f"cannot listen on {host}, port {port}: {reason}; port=0 takes any that is free") from error


def address_of(taken: socket.socket) -> str:
    """Write the address to type into a browser; for every interface, this machine's own."""
    host, port = taken.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(taken: socket.socket) -> bool:
    """Tell whether only this machine can reach a socket."""
    return ipaddress.ip_address(taken.getsockname()[0]).is_loopback


def names_of(taken: socket.socket, host: str, hosts: Sequence[str]) -> list[str]:
    """List what the server is called: on this machine, as it was told to listen, and whatever else it is told.

    A page elsewhere can point a name of its own at this machine; it shall not read what is served here.
    """
    address = taken.getsockname()[0]
    return [*_OWN_NAMES, *(f"[{name}]" if ":" in name else name for name in (address, host, *hosts))]


def serve(taken: socket.socket, results: Path, names: Sequence[str], visitors: int, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C: ``/`` and ``/studies``.

    Parameters
    ----------
    taken : socket.socket
        From `listening`.
    results : Path
        Folder of all studies.
    names : sequence of str
        From `names_of`: requests to any other are refused.
    visitors : int
        The most pages that are open at a time; each holds at most a few runs of both institutions.
    ready : callable
        Called once, when the first visitor can come.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when the server has ended.
    """

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            # A second Ctrl-C would tear down what the first is about to end in order.
            if not self.should_exit:
                # What is being answered is broken off on purpose, however long it takes: nobody needs to read of it.
                logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
                super().handle_exit(sig, frame)

    _return_memory()
    application = _application(results, names, visitors)
    config = uvicorn.Config(
        application,
        log_level="error",
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE,
    )
    Server(config).run(sockets=[taken])


def _return_memory() -> None:
    """Have the system get back at once what runs held that are let go.

    Left alone, glibc keeps it in a heap for each thread, between smaller things: memory grows by a seventh in half an
    hour of changed settings. Other libraries of C have no such call, and do not need it.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        for parameter, value in _MALLOC.items():
            ctypes.CDLL(None).mallopt(parameter, value)


def _application(results: Path, names: Sequence[str], visitors: int) -> ASGIApp:
    """Put Solara, its assets and the studies pages together."""
    os.environ.update(_SETTINGS)
    # How long a visitor whose browser fell silent is waited for; a page that is closed ends at once.
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "10m")
    # To whoever serves plain HTTP Solara explains, in ten lines, that its cookies are then for this site only.
    warnings.filterwarnings("ignore", "Cookies with samesite=none", module="solara.server.starlette")
    # Solara reads its settings when it is imported.
    from solara.server import cdn_helper, settings
    from solara.server import starlette as solara

    class Packaged(solara.StaticCdn):
        """Assets from the package solara-assets: what it lacks is missing, where Solara's own asks a CDN."""

        lookup_path = StaticFiles.lookup_path

    routes = [
        Mount(f"/{cdn_helper.cdn_url_path}", Packaged(directory=settings.assets.proxy_cache_dir)),
        *study_routes(results),
        *_page_for(visitors),
        *(route for route in solara.routes if getattr(route, "path", "") in _OF_SOLARA),
    ]
    # Around all of it: what Starlette answers where something failed has the guard's headers, too.
    return Guard(Starlette(routes=routes, lifespan=solara.lifespan, middleware=solara.middleware), names)


def _page_for(visitors: int) -> list[BaseRoute]:
    """Serve Solara's page and its socket to so many at a time; a visitor is there as soon as a socket is opened."""
    from solara.server import starlette as solara
    from solara.server.kernel_context import contexts

    # Solara knows a visitor only from when a thread is free for him, and for a while after he left.
    sockets: list[str] = []

    def present() -> set[str]:
        return {*contexts, *sockets}

    async def one_page(request: Request) -> Response:
        if len(present()) >= visitors:
            said = f"As many pages are open as there is room for ({visitors}). This one asks again in {_AGAIN} seconds."
            return notice("No room just now", said, 503, again=_AGAIN)
        response: Response = await solara.root(request)
        for keeps_out, lets_in in _OF_EVERYBODY:
            response.body = bytes(response.body).replace(keeps_out, lets_in, 1)
        response.headers["content-length"] = str(len(response.body))
        response.headers["content-security-policy"] = OWN_SCRIPTS_RUN
        return response

    async def one_socket(opened: WebSocket) -> None:
        visitor = opened.path_params["kernel_id"]
        if visitor not in present() and len(present()) >= visitors:
            await opened.close(1013)
            return
        sockets.append(visitor)
        try:
            await solara.kernel_connection(opened)
        except* _NOT_UNDERSTOOD:
            # Whoever speaks otherwise than the page does leaves no room taken.
            if visitor in contexts:
                await run_in_threadpool(contexts[visitor].close)
        finally:
            sockets.remove(visitor)

    def one_closing(request: Request) -> Response:
        if "session_id" not in request.query_params:
            raise HTTPException(400, "Which page is closed is missing.")
        closed: Response = solara.close(request)
        return closed

    closing = Route(_CLOSING, one_closing, methods=["POST"])
    return [Route("/", one_page), WebSocketRoute(_SOCKET, one_socket), closing]
