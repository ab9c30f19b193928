"""Every command from Python: ``import experiments as concord; concord.compare("world=stylised", replications=20)``.

Each takes overrides as on the command line and options by keyword, and returns what came out; `open_study` returns a
study that was made before. Everything is loaded when it is called.
"""

from typing import Any


def _offered() -> list[str]:
    """List what is offered: every command by its name (``import`` as ``import_``), and `open_study`."""
    from experiments.settings.commands import questions

    return [*("import_" if command == "import" else command for command in questions()), "open_study"]


def __getattr__(name: str) -> Any:
    """Find a command by its name; Python asks here for what is no module of this package."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name == "open_study":
        from importlib import import_module

        return import_module("experiments.studies.study").open_study
    if name in _offered():
        from experiments.settings.application import from_python

        return from_python(name.rstrip("_"))
    from model.errors import nearest

    raise AttributeError(f"experiments has no command '{name}': {nearest(name, _offered())}")


def __dir__() -> list[str]:
    """List commands and rooms that are loaded."""
    return sorted({*globals(), *_offered()})
