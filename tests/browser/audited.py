"""The ``concord`` command, with every name it looks up and every address it connects to written to a file.

usage: python -m tests.browser.audited FILE COMMAND [name=value ...]
"""

import sys
from typing import Any, TextIO

from experiments.cli import main


def write_contacts(file: TextIO) -> None:
    """Write a line per name looked up and per address connected to, from now on."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.getaddrinfo":
            print(arguments[0], file=file)
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            print(arguments[1][0], file=file)

    sys.addaudithook(hook)


if __name__ == "__main__":
    write_contacts(open(sys.argv[1], "w", encoding="utf-8", buffering=1))  # noqa: SIM115
    sys.exit(main(sys.argv[2:]))
