"""Every command from Python: ``import experiments as concord; concord.compare("world=stylised", replications=20)``.

Each takes overrides as on the command line and options by keyword, and returns what came out; `open_study` returns a
study that was made before; `Concord` is the Mesa model, by names. Everything is loaded when it is called.
"""

from typing import Any

_PLACES = {"Concord": "experiments.mesa_model:Concord", "open_study": "experiments.studies.study:open_study"}
"""What is offered beside commands, and where it is."""


def _offered() -> list[str]:
    """List what is offered: every command by its name (``import`` as ``import_``), and what else has a place."""
    from experiments.settings.commands import questions

    return [*("import_" if command == "import" else command for command in questions()), *_PLACES]


def __getattr__(name: str) -> Any:
    """Find a command by its name; Python asks here for what is no module of this package."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name in _PLACES:
        from pkgutil import resolve_name

        return resolve_name(_PLACES[name])
    if name in _offered():
        from experiments.settings.application import from_python

        return from_python(name.rstrip("_"))
    from model.errors import nearest

    raise AttributeError(f"experiments has no command '{name}': {nearest(name, _offered())}")


def __dir__() -> list[str]:
    """List commands and rooms that are loaded."""
    return sorted({*globals(), *_offered()})
