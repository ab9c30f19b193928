"""The ``concord`` command, with every name it looks up and every address it connects to written to a file.

Whoever connects to the port that stands in FILE.port is told how many visitors and models there are. CONF in the
environment is a folder in place of the project's ``conf``.

usage: python -m tests.browser.audited FILE COMMAND [name=value ...]
"""

import json
import os
import socketserver
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from experiments.settings import places

places.CONF = Path(os.environ.get("CONF", places.CONF))

from experiments.cli import main  # noqa: E402 (others take over where CONF is when they are imported)
from model.simulation import Simulation  # noqa: E402
from tests.living import Living  # noqa: E402

MODELS = Living(Simulation)


def write_contacts(file: TextIO) -> None:
    """Write a line per name looked up and per address connected to, from now on."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            print(arguments[0], file=file)
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            print(arguments[1][0], file=file)

    sys.addaudithook(hook)


class Counts(socketserver.StreamRequestHandler):
    """How many visitors there are, and how many models are alive for them."""

    def handle(self) -> None:
        from solara.server.kernel_context import contexts

        self.wfile.write(json.dumps({"visitors": len(contexts), "models": len(MODELS)}).encode())


def answer_counts(file: Path) -> None:
    """Tell whoever asks, and write down where."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Counts)
    file.write_text(str(server.server_address[1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()


if __name__ == "__main__":
    answer_counts(Path(f"{sys.argv[1]}.port"))
    write_contacts(open(sys.argv[1], "w", encoding="utf-8", buffering=1))  # noqa: SIM115
    sys.exit(main(sys.argv[2:]))
