"""The money's way as a picture: bands from left to right, as thick as the money they carry."""

from html import escape

from experiments.browser.money import (
    ENDS,
    LAPSED,
    OVERHEAD,
    PARLIAMENT,
    PEACEKEEPING,
    TOP_UP,
    TREASURY,
    VOLUNTARY,
    Amount,
    Flows,
    added,
    imbalance,
    through,
)
from experiments.browser.side import Side
from experiments.browser.style import INSTRUMENT_COLOURS
from model.institution import DEPARTMENTS
from model.trajectory import INSTRUMENTS

_WIDTH, _HEIGHT, _GAP, _BAR, _TOP = 1068.0, 205.0, 13.0, 10.0, 8.0
_COLUMNS = (0.0, 126.0, 258.0, 410.0, 616.0, 890.0)
_OWN = {PEACEKEEPING: "#9aa5ab", VOLUNTARY: "#b9c1c6", OVERHEAD: "#d8b365", LAPSED: "#3b3b3b"}
_GIVEN, _ODA, _OTHER = "#7d8a92", "#37474f", "#b6c0c6"
_TITLES = {
    PEACEKEEPING: "peacekeeping (first call)",
    VOLUNTARY: "voluntary peacekeeping",
    OVERHEAD: "overhead and decisions",
    LAPSED: "lapsed",
    TOP_UP: "top-up",
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
    places = {PARLIAMENT: 0, TREASURY: 1, TOP_UP: 3, "pool": 3, "work": 4, "region": 5}
    return 2 if node in DEPARTMENTS else 4 if node in ENDS else places[kind]


def _ordered(nodes: list[str]) -> list[str]:
    """From top to bottom: what is called first comes first, what is lost comes last."""
    first = [PEACEKEEPING, VOLUNTARY, *(f"work:{name}" for name in INSTRUMENTS), OVERHEAD, LAPSED]
    known = {name: rank for rank, name in enumerate([*DEPARTMENTS, TOP_UP, *first])}
    return sorted(nodes, key=lambda name: (known.get(name, len(known)), name))


def money_of_year(side: Side) -> Flows:
    """The fiscal year's money so far."""
    return added(side.flows) if side.past else {}


def picture(side: Side) -> str:
    """Draw the fiscal year's money so far.

    Parameters
    ----------
    side : Side
        A run.

    Returns
    -------
    str
        SVG that scales to the width it is given.
    """
    flows = money_of_year(side)
    if not flows:
        return "<p class='quiet'>No money has moved yet.</p>"
    size = {name: max(got.total, gave.total) for name, (got, gave) in through(flows).items()}
    columns: list[list[str]] = [[] for _ in _COLUMNS]
    for name in _ordered(list(size)):
        columns[_column(name)].append(name)
    room = min((_HEIGHT - _GAP * (len(column) - 1)) / sum(size[n] for n in column) for column in columns if column)
    top = {
        name: _TOP + room * sum(size[n] for n in column[:rank]) + _GAP * rank
        for column in columns
        for rank, name in enumerate(column)
    }
    bands = _bands(flows, top, room)
    nodes = [_node(side, name, top[name], room, max(pair)) for name, pair in through(flows).items()]
    low = max(top[name] + room * size[name] for name in size) + 8.0
    title = f"Money of the fiscal year so far under {side.institution.label}; the table below has every amount"
    return (
        f'<svg viewBox="0 0 {_WIDTH:g} {low:.1f}" role="img" aria-label="{escape(title)}">'
        f"{''.join(bands)}{''.join(nodes)}</svg>"
    )


def _bands(flows: Flows, top: dict[str, float], room: float) -> list[str]:
    """Draw what moved, in the order of where it ends so that bands cross little."""
    left, right, start, drawn = dict(top), dict(top), {}, []
    for giver, receiver in sorted(flows, key=lambda link: (top[link[1]], top[link[0]])):
        start[giver, receiver] = left[giver]
        left[giver] += room * flows[giver, receiver].total
    for giver, receiver in sorted(flows, key=lambda link: (top[link[0]], top[link[1]])):
        thick, x0, x1 = (
            room * flows[giver, receiver].total,
            _COLUMNS[_column(giver)] + _BAR,
            _COLUMNS[_column(receiver)],
        )
        y0, y1, middle = start[giver, receiver], right[receiver], (x0 + x1) / 2.0
        right[receiver] += thick
        path = (
            f"M{x0:.1f} {y0:.2f}C{middle:.1f} {y0:.2f} {middle:.1f} {y1:.2f} {x1:.1f} {y1:.2f}v{thick:.2f}"
            f"C{middle:.1f} {y1 + thick:.2f} {middle:.1f} {y0 + thick:.2f} {x0:.1f} {y0 + thick:.2f}Z"
        )
        drawn.append(f'<path d="{path}" fill="{_colour(receiver, giver)}" fill-opacity="0.38"/>')
    return drawn


def _colour(node: str, giver: str = "") -> str:
    """Colour of a node, or of the band from a giver to it."""
    if node.startswith("region:") and giver:
        return _colour(giver)
    if node.startswith("work:"):
        return INSTRUMENT_COLOURS[node.removeprefix("work:")]
    return _OWN.get(node, _GIVEN)


def _node(side: Side, name: str, y: float, room: float, amount: Amount) -> str:
    """Draw one giver or receiver with its name and money; where its colour is known, ODA darker than other money."""
    x, height = _COLUMNS[_column(name)], max(room * amount.total, 1.0)
    at, oda = y + height / 2.0 + 4.0, room * amount.oda
    label = f"{escape(called(side, name))} <tspan font-weight='600'>{amount.total:,.2f}</tspan>"
    if _column(name) < 4:
        bar = _bar(x, y, oda, _ODA) + _bar(x, y + oda, height - oda, _OTHER)
    else:
        bar = _bar(x, y, height, _colour(name))
    return (
        f'{bar}<text x="{x + _BAR + 4:g}" y="{at:.1f}" font-size="12" fill="#1d2327" stroke="#fff" stroke-width="3" '
        f'paint-order="stroke" stroke-linejoin="round">{label}</text>'
    )


def _bar(x: float, y: float, height: float, colour: str) -> str:
    """Draw a part of a node."""
    return f'<rect x="{x:g}" y="{y:.2f}" width="{_BAR:g}" height="{max(height, 0.0):.2f}" fill="{colour}"/>'


def table(side: Side) -> str:
    """Write every node's money into a table: in, out, ODA and other."""
    flows = money_of_year(side)
    rows = [
        f"<tr><td>{escape(called(side, name))}</td>{_cells(got, gave)}</tr>"
        for name, (got, gave) in sorted(through(flows).items(), key=lambda item: (_column(item[0]), item[0]))
    ]
    head = "<tr><th>£m</th><th>in</th><th>out</th><th>ODA in it</th><th>other</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _cells(got: Amount, gave: Amount) -> str:
    """Write one node's row."""
    most = max(got, gave)
    numbers = [got.total, gave.total, most.oda, most.total - most.oda]
    return "".join(f"<td>{'–' if value == 0.0 else f'{value:,.3f}'}</td>" for value in numbers)


def balance(side: Side) -> str:
    """Say whether the money balances to the penny."""
    flows = money_of_year(side)
    if not flows:
        return ""
    voted = flows[PARLIAMENT, TREASURY]
    ended = sum(got.total for got, gave in through(flows).values() if gave.total == 0.0)
    left, off = abs(voted.total - ended), imbalance(flows)
    pounds = f"Voted {_pounds(voted.total)} ({_pounds(voted.oda)} ODA), accounted for {_pounds(ended)}"
    if max(left, off) < 0.5e-8:
        return f"{pounds}: balanced to the penny, in all and at every step."
    return f"{pounds}: {_pounds(max(left, off))} do not balance."


def _pounds(millions: float) -> str:
    """Write money in pounds and pence."""
    return f"£{1e6 * millions:,.2f}"
