"""A state's card: what is true there, what each department believes, its consent, trust, history and money."""

from html import escape
from typing import Any

from experiments.accounts.account import account
from experiments.accounts.wording import sections, written
from experiments.browser.pair import Pair
from experiments.browser.side import Side
from experiments.browser.style import INSTRUMENT_COLOURS, STATUS_NAMES
from model.institution import DEPARTMENTS
from model.rules.table import STATUS
from model.trajectory import DRIVERS, INSTRUMENTS

Plain = dict[str, Any]

_STATUS_COLOURS = ("#dfe6ea", "#f5b95f", "#8c1c13")
_TOPS = (22, 10, 0)
"""Where a bar begins in a state's history: peace, minor conflict, war."""
_MARKS = ("M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z", "M0 -5.5L5.5 4H-5.5Z", "M-4.5 -4.5h9v9h-9Z")
"""Circle, triangle, square: defence, development, foreign affairs, in the colours of their instruments."""
_TOGETHER = '<path d="M0 -7L7 0L0 7L-7 0Z" fill="none" stroke="#111" stroke-width="1.6"'
_TRUE = '<path d="M0 -8v16" stroke="#111" stroke-width="3"'
_LEFT, _RIGHT, _ROW = 84.0, 424.0, 24.0


def card(pair: Pair, index: int, position: int) -> str:
    """Tell how a state fares under one institution.

    Parameters
    ----------
    pair : Pair
        Both runs.
    index : int
        0 for A, 1 for B.
    position : int
        The state's place in the world.

    Returns
    -------
    str
        HTML.
    """
    side, choice = pair.sides[index], pair.ready.choice
    head = f"<h2>{'AB'[index]}: {escape(side.institution.label)}</h2>"
    standing = f"<p class='standing'>{escape(_standing(side, position))}</p>"
    if not side.past:
        return f"{head}{standing}<p class='quiet'>Nobody has looked or decided yet: press Step.</p>"
    told: Plain = {
        "institution": choice.institutions[index],
        "world": side.world.name,
        "seed": pair.ready.seed,
        "replication": pair.ready.replication,
    } | account(side, position)
    _, in_short, *others = sections(told)
    short = "".join(f"<li>{escape(line.strip())}</li>" for line in in_short[1:])
    return (
        f"{head}{standing}<h3>Drivers: true, and as believed (0 best, 1 worst)</h3>{beliefs(told)}"
        f"<h3>Consent and trust</h3><p>{escape(_consent(told))}</p>"
        f"<h3>History</h3>{history(side, position)}"
        f"<h3>Why it got £{told['got']['total']:.2f}m this quarter</h3><ul>{short}</ul>"
        f"<details><summary>The whole account</summary><pre>{escape(written(others))}</pre></details>"
    )


def _standing(side: Side, position: int) -> str:
    """Say how the state stands now."""
    state = side.states[position]
    name = STATUS_NAMES[int(state.status)]
    since = f" for {state.quarters_in_conflict / 4.0:g} years" if state.status > 0.0 else ""
    advised = "; the advisory team works here" if state.advised > 0.0 else ""
    fighting = [other.record.name for other in state.neighbours if other.status > 0.0]
    door = f"; conflict next door in {', '.join(fighting)}" if fighting else "; no conflict next door"
    return f"{state.record.name} ({state.record.iso3}): {name}{since}{advised}{door}."


def _consent(told: Plain) -> str:
    """Say how far the state consents, and trusts."""
    now = told["at_the_end"]
    consent = ", ".join(f"{now['consent'][name]:.2f} to {name}" for name in INSTRUMENTS)
    return f"Trust in the donor {now['trust']:.2f}. This year it consents {consent}."


def joint(told: Plain, driver: str) -> float | None:
    """Find what the shared analysis believed; none where nothing is shared.

    What a department decided on is its own picture moved towards the joint one: this undoes the move.
    """
    degree = told["pictures"]["shared_analysis"]
    if degree == 0.0:
        return None
    seen = told["pictures"]["drivers"][driver][DEPARTMENTS[0]]
    return float((seen["decided_on"] - (1.0 - degree) * seen["seen"]) / degree)


def beliefs(told: Plain) -> str:
    """Draw every driver as it was when the year was decided, as each department saw it, and as they held together."""
    called, drawn, said = told["actors"], [], []
    for row, driver in enumerate(DRIVERS):
        y, true = 16.0 + _ROW * row, told["when_decided"]["driver"][driver]
        seen = [told["pictures"]["drivers"][driver][role]["seen"] for role in DEPARTMENTS]
        together = joint(told, driver)
        drawn.append(_belief_row(driver, y, true, seen, together))
        each = ", ".join(f"{called[role]} {value:.2f}" for role, value in zip(DEPARTMENTS, seen, strict=True))
        shared = "" if together is None else f", shared analysis {together:.2f}"
        said.append(f"{driver}: true {true:.2f}, {each}{shared}")
    svg = f'<svg viewBox="0 0 440 {8 + 3 * _ROW:g}" role="img" aria-label="{escape(". ".join(said))}">'
    return f"{svg}{''.join(drawn)}</svg>{_key(told)}"


def _belief_row(driver: str, y: float, true: float, seen: list[float], together: float | None) -> str:
    """Draw one driver."""

    def at(level: float) -> str:
        return f'transform="translate({_LEFT + (_RIGHT - _LEFT) * level:.1f} {y:.1f})"'

    marks = "".join(
        f'<path d="{mark}" {at(level)} fill="{hue}" stroke="#fff"/>'
        for mark, level, hue in zip(_MARKS, seen, INSTRUMENT_COLOURS.values(), strict=True)
    )
    diamond = "" if together is None else f"{_TOGETHER} {at(together)}/>"
    return (
        f'<text x="0" y="{y + 4:.1f}" font-size="12">{driver}</text>'
        f'<path d="M{_LEFT:g} {y:.1f}H{_RIGHT:g}" stroke="#c9d1d6"/>'
        f"{marks}{diamond}{_TRUE} {at(true)}/>"
    )


def _key(told: Plain) -> str:
    """Say what the marks mean."""
    drawn = [(_TRUE, "true")]
    for mark, role, hue in zip(_MARKS, DEPARTMENTS, INSTRUMENT_COLOURS.values(), strict=True):
        drawn.append((f'<path d="{mark}" fill="{hue}"', told["actors"][role]))
    if told["pictures"]["shared_analysis"] > 0.0:
        drawn.append((_TOGETHER, "shared analysis"))
    key = "".join(
        f'<span><svg width="14" height="14" viewBox="-8 -8 16 16" aria-hidden="true">{mark}/></svg> '
        f"{escape(name)}</span>"
        for mark, name in drawn
    )
    return (
        f"<p class='quiet key'>{key}<br>as seen in quarter {told['decided_in_quarter']}, when the year was decided</p>"
    )


def history(side: Side, position: int) -> str:
    """Draw the state's conflict quarter by quarter, higher for war."""
    n = side.world.size
    levels = [int(level) for level in side.trajectory()[:, STATUS * n + position]]
    width = 424.0 / side.quarters
    bars = "".join(
        f'<rect x="{width * q:.2f}" y="{_TOPS[level]}" width="{width:.2f}" height="{26 - _TOPS[level]}" '
        f'shape-rendering="crispEdges" fill="{_STATUS_COLOURS[level]}"/>'
        for q, level in enumerate(levels)
    )
    years = (sum(level == kind for level in levels) / 4.0 for kind in (1, 2))
    said = "In this run so far {:g} years of minor conflict and {:g} of war.".format(*years)
    return (
        f'<svg viewBox="0 0 440 28" role="img" aria-label="{said}"><path d="M0 26.5H424" stroke="#c9d1d6"/>{bars}</svg>'
        f"<p class='quiet'>{said}</p>"
    )
