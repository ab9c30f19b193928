"""The one error a user's mistake raises: one line that names the culprit, the rule and the nearest right name."""

import difflib
from collections.abc import Iterable


class InvalidInput(ValueError):
    """Input that cannot be used: the message is one line, ready to be shown to the user."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known names are closest to a mistyped one.

    Parameters
    ----------
    name : str
        What the user typed.
    known : iterable of str
        The names that exist.

    Returns
    -------
    str
        "did you mean 'x'?", or the list of what exists when nothing is close.
    """
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    shown = ", ".join(sorted(names)[:12])
    return f"known: {shown}{', …' if len(names) > 12 else ''}"
