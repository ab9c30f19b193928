"""A link to what is shown: all that a visitor chose, written into an address and read out of one.

Anybody may have written what stands in it: it is checked as what is typed, by the same declarations, and opens no file
but one that the server was started with.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from experiments.browser.selection import BOTH, FILES, Selection
from experiments.settings.kinds import Whole
from experiments.settings.options import Option
from model.errors import InvalidInput, nearest

_LONGEST = 4_000
"""Characters; every parameter set for both sides takes fewer."""
_INSTITUTIONS = ("a", "b")
_PLACE = ("quarter", "view", "state")
_WITHIN = re.compile(rf"world\.size=\d+|({'|'.join(FILES)})\.(values|per_state)\.[a-z0-9_]+=[-+.\de]+")
"""What anybody may set within a file of ``conf``: how many states there are, and numbers."""


class Place(NamedTuple):
    """What is selected, and what of it is looked at; no state where none is."""

    selection: Selection
    quarter: int = 0
    view: str = ""
    state: str = ""


def written(place: Place) -> str:
    """Write the query of a link.

    Parameters
    ----------
    place : Place
        What it leads to.

    Returns
    -------
    str
        Without a question mark. What is set for one side alone stands there as ``A.veto=0.5``.
    """
    chosen = place.selection
    values = {name if scope == BOTH else f"{scope}.{name}": f"{x:g}" if float(f"{x:g}") == x else repr(x)
              for (scope, name), x in chosen.set_to.items()}  # fmt: skip
    looked_at = {"quarter": place.quarter, "view": place.view, **({"state": place.state} if place.state else {})}
    within = dict(word.split("=", 1) for word in chosen.rest)
    sides = dict(zip(_INSTITUTIONS, chosen.institutions, strict=True))
    return urlencode({**sides, **chosen.options, **within, **values, **looked_at})


def read(query: str, first: Selection, views: list[str]) -> Place:
    """Read a link.

    Parameters
    ----------
    query : str
        What stands behind the question mark, perhaps with it; nothing leads to what a session opens with.
    first : Selection
        What a session opens with: whatever a link does not name is as there, but for what is set by hand.
    views : list of str
        Those there are.

    Returns
    -------
    Place
        Its state is not checked: which there are, the world says.

    Raises
    ------
    InvalidInput
        For whatever is unknown or not admitted, in one line.
    """
    if len(query) > _LONGEST:
        raise InvalidInput(f"the link is too long: {len(query):,} characters where {_LONGEST:,} are the most")
    words = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    if not all(f"{name}{text}".isprintable() for name, text in words.items()):
        raise InvalidInput("the link holds characters that nobody can read")
    if not words:
        return Place(first, 0, views[0])
    chosen = _selection(words, first)
    quarters = int(chosen.options["quarters"])
    text = words.get("quarter", "0")
    Option("quarter", Whole(0, quarters), "").check(int(text) if text.isdecimal() else text)
    view = words.get("view", views[0])
    if view not in views:
        raise InvalidInput(f"view={view}: must be one of {', '.join(views)}; {nearest(view, views)}")
    return Place(chosen, int(text), view, words.get("state", ""))


def _selection(words: Mapping[str, str], first: Selection) -> Selection:
    """Select what a link names."""
    chosen = first.as_preset()
    for side, name in enumerate(_INSTITUTIONS):
        chosen = chosen.with_institution(side, words.get(name, chosen.institutions[side]))
    for name in words.keys() & first.options.keys():
        chosen = chosen.with_option(name, words[name])
    inside = [name for name in words if name.partition(".")[0] in FILES and "." in name]
    # Whoever names a file means it as it stands, but for what the link sets within it.
    kept = [word for word in first.rest if not words.keys() & {word.partition(".")[0], word.partition("=")[0]}]
    chosen = replace(chosen, rest=(*kept, *(_within(f"{name}={words[name]}", first) for name in inside)))
    rest = [name for name in words if name not in (*_INSTITUTIONS, *first.options, *_PLACE, *inside)]
    # What is set for both is set first: set last, it would take the place of what one side has alone.
    for word in sorted(rest, key=lambda word: word[:2] in ("A.", "B.")):
        scope, name = (word[0], word[2:]) if word[:2] in ("A.", "B.") else (BOTH, word)
        chosen = chosen.with_value(scope, name, words[word])
    return chosen


def _within(word: str, first: Selection) -> str:
    """Take a word that reaches into a file, if anybody may write it or the server was started with it."""
    if word not in first.rest and not _WITHIN.fullmatch(word):
        raise InvalidInput(f"{word}: not opened from a link; whoever starts concord view may say it there")
    return word
