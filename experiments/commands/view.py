"""``concord view``: how do two institutions live through the same future? (in the browser)

Serves a page until Ctrl-C, to this machine alone and without the internet. What is set here is what the page begins
with; there institutions, parameters, world and seed can be changed, and the page gives the concord run command that
repeats what it shows. /studies shows what lies in results. --host 0.0.0.0 exposes the page: whoever reaches this
machine can use it and read the studies, under the names and addresses that hosts lists. Other sites' pages can neither
frame it nor speak to it.

Examples
--------
concord view 'institutions=[siloed,uk_pools]' seed=7
concord view world=stylised world.size=12 quarters=40 veto=0.5 host=0.0.0.0 port=8765 'hosts=[192.168.1.20]'
"""

import os
import re
import sys
import threading
import webbrowser

from experiments.settings.asked import Asked
from experiments.settings.kinds import Several, Text, Whole, YesNo, shown
from experiments.settings.options import INSTITUTIONS, MODEL, REPLICATION, RESULTS, Option
from experiments.settings.places import results_folder
from model.errors import InvalidInput

HOST = Option(
    "host",
    Text(said="an address or name of this machine"),
    "address to listen on; 127.0.0.1 is reached from this machine only, 0.0.0.0 from wherever it is reached",
)
_NAME = re.compile(r"(\*\.)?[A-Za-z0-9][A-Za-z0-9.-]*|[0-9A-Fa-f:.]+")
HOSTS = Option(
    "hosts",
    Several(least=0, said="a list of names or addresses without port, as in 'hosts=[server.example]', none twice"),
    "what else this machine is called; requests to any other name are refused",
)
PORT = Option("port", Whole(0, 65535), "port to listen on; 0: any that is free")
VISITORS = Option("visitors", Whole(1, 1000), "the most pages open at a time; each holds a few runs in memory")
OPEN = Option("open", YesNo(), "open this machine's browser")

OPTIONS = (INSTITUTIONS, *MODEL, REPLICATION, HOST, HOSTS, PORT, VISITORS, OPEN, RESULTS)

FLAGS = {"host": "an address, as in --host 0.0.0.0"}
"""Options that may be written as flags, with what follows them."""

ONCE = "the browser opens once; give one value each"
"""Why several values cannot mean several runs."""


def conduct(asked: Asked) -> None:
    """Serve what was asked for; returns only when it is stopped.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    OSError
        When the port is in use.
    """
    if len(asked.institutions) != 2:
        raise InvalidInput(
            f"institutions={shown(asked.institutions)}: must be two, as in 'institutions=[siloed,uk_pools]'"
        )
    asked.setting(asked.institutions)
    hosts = [str(name) for name in asked.hosts]
    for name in hosts:
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"hosts={shown(hosts)}: must be {HOSTS.kind.rule}")
    from experiments.browser.selection import open_with
    from experiments.browser.serving import address_of, is_loopback, listening, names_of, serve
    from experiments.browser.two_runs import warm_up
    from experiments.runs.progress import said_if_slow

    taken = listening(asked.host, asked.port)
    with said_if_slow("preparing the model: about a minute the first time", seconds=4.0):
        warm_up()
        open_with(asked)
    address = address_of(taken)

    def ready() -> None:
        print(f"Concord is at {address} (Ctrl-C ends it)", flush=True)
        if not is_loopback(taken):
            print("Everyone who can reach this machine can use it and read its studies.", file=sys.stderr, flush=True)
            if not hosts and asked.host in ("0.0.0.0", "::"):
                print("They are let in by names that hosts lists, as in 'hosts=[192.168.1.20]'.", file=sys.stderr)
        if asked.open and _has_display():
            threading.Thread(target=webbrowser.open, args=[address], name="open the browser", daemon=True).start()

    serve(taken, results_folder(asked.results), names_of(taken, asked.host, hosts), asked.visitors, ready)


def told(found: None, output: str) -> str:
    """Say nothing: the address was said while the page was served."""
    return ""


def _has_display() -> bool:
    """Tell whether a browser can show itself."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
