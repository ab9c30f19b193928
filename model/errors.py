"""The one error a user's mistake raises: one line that names the culprit, the rule and the nearest right name."""

import difflib
from collections.abc import Iterable, Mapping


class InvalidInput(ValueError):
    """Input that cannot be used: the message is one line, ready to be shown to the user."""


def nearest(name: str, known: Iterable[str], labels: Mapping[str, str] | None = None) -> str:
    """Say which known name is closest to a mistyped one, or is called so.

    Parameters
    ----------
    name : str
        What the user typed.
    known : iterable of str
        The names that exist.
    labels : mapping of str to str, optional
        What names are called.

    Returns
    -------
    str
        "did you mean 'x'?", or the list of what exists when nothing is close.
    """
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    called = {label.casefold(): key for key, label in (labels or {}).items()}
    for label in difflib.get_close_matches(name.casefold(), called, n=1, cutoff=0.6):
        return f"did you mean '{called[label]}' ({(labels or {})[called[label]]})?"
    shown = ", ".join(sorted(names)[:12])
    return f"known: {shown}{', …' if len(names) > 12 else ''}"
