"""The money's way as a picture: bands from left to right, as thick as the money they carry."""

from typing import NamedTuple

from experiments.browser import money
from experiments.browser.money import Amount, Flows, added, imbalance, through
from experiments.browser.side import Side
from experiments.browser.style import INSTRUMENT_COLOURS, filled
from model.institution import DEPARTMENTS
from model.trajectory import INSTRUMENTS

_HEIGHT, _GAP, _BAR, _TOP = 205.0, 13.0, 10.0, 8.0
_COLUMNS = (0.0, 126.0, 258.0, 410.0, 616.0, 890.0)
_OWN = {money.PEACEKEEPING: "#9aa5ab", money.VOLUNTARY: "#b9c1c6", money.OVERHEAD: "#d8b365", money.LAPSED: "#3b3b3b"}
_GIVEN = "#7d8a92"
_TITLES = {
    money.PEACEKEEPING: "peacekeeping (first call)",
    money.VOLUNTARY: "voluntary peacekeeping",
    money.OVERHEAD: "overhead and decisions",
    money.LAPSED: "lapsed",
    money.TOP_UP: "top-up",
}


def called(side: Side, node: str) -> str:
    """Name a giver or receiver as users see it."""
    kind, _, name = node.partition(":")
    if kind == "region":
        return name.replace("_", " ").title()
    return name or _TITLES.get(node) or side.institution.called(node)


def _column(node: str) -> int:
    """Where a node stands, from the left."""
    kind = node.partition(":")[0]
    places = {money.PARLIAMENT: 0, money.TREASURY: 1, money.TOP_UP: 3, "pool": 3, "work": 4, "region": 5}
    return 2 if node in DEPARTMENTS else 4 if node in money.ENDS else places[kind]


def _ordered(nodes: list[str]) -> list[str]:
    """From top to bottom: what is called first comes first, what is lost comes last."""
    first = [
        money.PEACEKEEPING,
        money.VOLUNTARY,
        *(f"work:{name}" for name in INSTRUMENTS),
        money.OVERHEAD,
        money.LAPSED,
    ]
    known = {name: rank for rank, name in enumerate([*DEPARTMENTS, money.TOP_UP, *first])}
    return sorted(nodes, key=lambda name: (known.get(name, len(known)), name))


class Station(NamedTuple):
    """A giver or receiver as it is drawn: its column, where it begins, how high it is, and the most that it held."""

    name: str
    colour: str
    column: int
    x: float
    y: float
    height: float
    amount: Amount


def money_of_year(side: Side) -> Flows:
    """The fiscal year's money so far."""
    return added(side.flows) if side.past else {}


def picture(side: Side, name: str, year: str) -> str:
    """Draw the fiscal year's money so far.

    Parameters
    ----------
    side : Side
        A run.
    name, year : str
        How it and its fiscal year are called.

    Returns
    -------
    str
        A title, and SVG that scales to the width it is given.
    """
    flows = money_of_year(side)
    shown = {"name": name, "year": year, "label": side.institution.label}
    if not flows:
        return filled("flow.html.jinja", nodes=[], **shown)
    nodes, room = _placed(side, flows)
    low = max(node.y + room * node.amount.total for node in nodes.values()) + 8.0
    bands = _bands(flows, nodes, room)
    return filled("flow.html.jinja", low=low, bar=_BAR, room=room, nodes=nodes.values(), bands=bands, **shown)


def _placed(side: Side, flows: Flows) -> tuple[dict[str, Station], float]:
    """Give every node its place; says how high £1m is."""
    most = {name: max(pair) for name, pair in through(flows).items()}
    columns: list[list[str]] = [[] for _ in _COLUMNS]
    for name in _ordered(list(most)):
        columns[_column(name)].append(name)
    room = min((_HEIGHT - _GAP * (len(c) - 1)) / sum(most[name].total for name in c) for c in columns if c)
    nodes = {}
    for at, column in enumerate(columns):
        y = _TOP
        for name in column:
            height = room * most[name].total
            colour = _colour(name)
            nodes[name] = Station(called(side, name), colour, at, _COLUMNS[at], y, max(height, 1.0), most[name])
            y += height + _GAP
    return nodes, room


def _bands(flows: Flows, nodes: dict[str, Station], room: float) -> list[tuple[str, str]]:
    """Path and colour of what moved, in the order of where it ends so that bands cross little."""
    top = {name: node.y for name, node in nodes.items()}
    left, right, start, drawn = dict(top), dict(top), {}, []
    for giver, receiver in sorted(flows, key=lambda link: (top[link[1]], top[link[0]])):
        start[giver, receiver] = left[giver]
        left[giver] += room * flows[giver, receiver].total
    for giver, receiver in sorted(flows, key=lambda link: (top[link[0]], top[link[1]])):
        thick, x0, x1 = room * flows[giver, receiver].total, nodes[giver].x + _BAR, nodes[receiver].x
        y0, y1, middle = start[giver, receiver], right[receiver], (x0 + x1) / 2.0
        right[receiver] += thick
        path = (
            f"M{x0:.1f} {y0:.2f}C{middle:.1f} {y0:.2f} {middle:.1f} {y1:.2f} {x1:.1f} {y1:.2f}v{thick:.2f}"
            f"C{middle:.1f} {y1 + thick:.2f} {middle:.1f} {y0 + thick:.2f} {x0:.1f} {y0 + thick:.2f}Z"
        )
        drawn.append((path, _colour(giver if receiver.startswith("region:") else receiver)))
    return drawn


def _colour(node: str) -> str:
    """Colour of a node."""
    kind, _, name = node.partition(":")
    return INSTRUMENT_COLOURS[name] if kind == "work" else _OWN.get(node, _GIVEN)


def table(side: Side) -> str:
    """Write every node's money into a table: in, out, ODA and other."""
    rows = sorted(through(money_of_year(side)).items(), key=lambda item: (_column(item[0]), item[0]))
    cells = [
        (called(side, name), (got.total, gave.total, max(got, gave).oda, max(got, gave).total - max(got, gave).oda))
        for name, (got, gave) in rows
    ]
    return filled("money.html.jinja", rows=cells)


def balance(side: Side) -> str:
    """Say whether the money balances to the penny."""
    flows = money_of_year(side)
    if not flows:
        return ""
    voted = flows[money.PARLIAMENT, money.TREASURY]
    ended = sum(got.total for got, gave in through(flows).values() if gave.total == 0.0)
    off = max(abs(voted.total - ended), imbalance(flows))
    pounds = f"Voted {_pounds(voted.total)} ({_pounds(voted.oda)} ODA), accounted for {_pounds(ended)}"
    if off < 0.5e-8:
        return f"{pounds}: balanced to the penny, in all and at every step."
    return f"{pounds}: {_pounds(off)} do not balance."


def _pounds(millions: float) -> str:
    """Write money in pounds and pence."""
    return f"£{1e6 * millions:,.2f}"
