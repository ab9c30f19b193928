"""``concord view`` opens the browser: two institutions live through the same future, side by side."""

import argparse
import os
import sys
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import application, guarded
from model.errors import InvalidInput

if TYPE_CHECKING:
    from omegaconf import DictConfig

_NOT_OF_A_RUN = ("institutions", "host", "port", "open", "results")
"""Options that say what is shown and where, and that ``concord run`` does not have."""


def view(*overrides: str, **options: object) -> None:
    """Do from Python what the command does; returns only when it is stopped.

    Parameters
    ----------
    *overrides : str
        As on the command line: ``"world=stylised"``, ``"veto=0.5"``.
    **options : object
        The same by keyword: ``institutions=["siloed", "uk_pools"]``, ``port=8765``, ``open=False``.

    Raises
    ------
    InvalidInput
        For bad input, in one line.
    OSError
        When the port is in use.
    """
    from experiments.settings.configuration import composed
    from experiments.settings.options import shown

    typed = [*overrides, *(f"{name}={shown(value)}" for name, value in options.items())]
    _conduct(composed("view", typed), typed)


def _conduct(cfg: "DictConfig", typed: Sequence[str]) -> None:
    """Serve what was asked for."""
    from experiments.settings.configuration import setting_from
    from experiments.settings.options import shown
    from experiments.settings.places import RESULTS

    if len(cfg.institutions) != 2:
        raise InvalidInput(
            f"institutions={shown(list(cfg.institutions))}: must be two, as in 'institutions=[siloed,uk_pools]'"
        )
    setting_from(cfg, cfg.institutions)
    from experiments.browser.opening import Opening, open_with, opening
    from experiments.browser.selection import first_ready
    from experiments.browser.serving import address_of, is_loopback, listening, serve
    from experiments.browser.two_runs import warm_up
    from experiments.runs.progress import said_if_slow

    taken = listening(cfg.host, cfg.port)
    open_with(Opening(tuple(cfg.institutions), tuple(text for text in typed if _of_a_run(text))))
    with said_if_slow("preparing the model: about half a minute the first time", seconds=4.0):
        warm_up()
        first_ready(opening())
    address = address_of(taken)

    def ready() -> None:
        print(f"Concord is at {address} (Ctrl-C ends it)", flush=True)
        if not is_loopback(taken):
            print("Everyone who can reach this machine can use it and read its studies.", file=sys.stderr, flush=True)
        if cfg.open and _has_display():
            threading.Thread(target=webbrowser.open, args=[address], name="open the browser", daemon=True).start()

    serve(taken, RESULTS if cfg.results is None else Path(cfg.results).expanduser().absolute(), ready)


def _of_a_run(text: str) -> bool:
    """Tell whether ``concord run`` takes an override, too."""
    return text.partition("=")[0] not in _NOT_OF_A_RUN


def _has_display() -> bool:
    """Tell whether a browser can show itself."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _command(cfg: "DictConfig") -> None:
    """Open the browser."""
    from hydra.core.hydra_config import HydraConfig

    _conduct(cfg, HydraConfig.get().overrides.task)


_checked = application("view", _command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; ``--host ADDRESS`` is another way to write ``host=ADDRESS``.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line unless given.

    Returns
    -------
    int
        Exit code, as of every command.
    """
    overrides: list[str] = []
    given = sys.argv[1:] if arguments is None else list(arguments)
    return guarded("view", lambda: overrides.extend(_as_overrides(given))) or _checked(overrides)


def _as_overrides(arguments: Sequence[str]) -> list[str]:
    """Write ``--host ADDRESS`` as an override."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--host")
    parser.add_argument("-m", "--multirun", action="store_true")
    try:
        known, rest = parser.parse_known_args(arguments)
    except argparse.ArgumentError:
        raise InvalidInput("--host: must be followed by an address, as in --host 0.0.0.0") from None
    if known.multirun:
        raise InvalidInput("-m: the browser opens once; give one value each")
    return rest if known.host is None else [*rest, f"host='{known.host}'"]


if __name__ == "__main__":
    sys.exit(main())
