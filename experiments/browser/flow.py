"""The money's way as a picture: bands from left to right, as thick as the money they carry."""

from typing import NamedTuple

from experiments.accounts.witness import Plain
from experiments.browser import money
from experiments.browser.agents import Followed
from experiments.browser.money import imbalance, through
from experiments.browser.style import INSTRUMENT_COLOURS
from model.institution import DEPARTMENTS

_HEIGHT, _GAP, _TOP = 205.0, 13.0, 8.0
_COLUMNS = (0, 126, 258, 410, 616, 890)
_GIVEN = "#7d8a92"
_NODES: dict[str, tuple[int, str, str]] = {
    **{role: (at, "", _GIVEN) for at, role in enumerate((money.PARLIAMENT, money.TREASURY))},
    money.RESERVE: (2, "Reserve", _GIVEN),
    **dict.fromkeys(DEPARTMENTS, (2, "", _GIVEN)),
    money.TOP_UP: (3, "top-up", _GIVEN),
    money.PEACEKEEPING: (4, "assessed peacekeeping", "#9aa5ab"),
    money.VOLUNTARY: (4, "voluntary peacekeeping", "#b9c1c6"),
    **{f"work:{name}": (4, name, colour) for name, colour in INSTRUMENT_COLOURS.items()},
    money.OVERHEAD: (4, "overhead and decisions", "#d8b365"),
    money.LAPSED: (4, "lapsed", "var(--lapsed)"),
    money.UNDRAWN: (4, "not drawn", "#dfe4e7"),
}
"""Column, name and colour of those who give and receive, from top to bottom; pools and regions stand by their names."""


class Station(NamedTuple):
    """A giver or receiver as it is drawn: the top of its bar, and the most that it held, £m and what of it is ODA."""

    column: int
    name: str
    colour: str
    top: float
    total: float
    oda: float

    @property
    def x(self) -> int:
        """Where it stands, from the left."""
        return _COLUMNS[self.column]


def told(side: Followed) -> Plain:
    """Tell the way of the fiscal year's money so far, as ``money.html.jinja`` shows it.

    Parameters
    ----------
    side : Followed
        A run.

    Returns
    -------
    dict
        ``nodes``, ``bands`` and ``room``, how high £1m is, of the picture; ``rows`` of the table: name, and £m in, out,
        ODA in it and other; ``balance`` in words.
    """
    nodes, room = _placed(side)
    starts, ends = (_middles(side.flows, nodes, room, near) for near in (0, 1))
    rows = []
    for node, (got, gave) in sorted(through(side.flows).items(), key=lambda item: (nodes[item[0]].column, item[0])):
        total, oda = max(got.tolist(), gave.tolist())
        rows.append((nodes[node].name, (got[0], gave[0], oda, total - oda)))
    return {
        "label": side.institution.label,
        "nodes": list(nodes.values()),
        "bands": [(nodes[a], starts[a, b], nodes[b], ends[a, b], room * side.flows[a, b][0]) for a, b in ends],
        "room": room,
        "rows": rows,
        "balance": _balance(side),
    }


def _described(side: Followed, node: str) -> tuple[int, str, str]:
    """Column of a giver or receiver, its name as users see it, and its colour."""
    kind, _, name = node.partition(":")
    if kind == "region":
        return 5, name.replace("_", " ").title(), _GIVEN
    column, title, colour = _NODES.get(node, (3, name, _GIVEN))
    return column, title or side.institution.called(node), colour


def _placed(side: Followed) -> tuple[dict[str, Station], float]:
    """Give every node its place; says how high £1m is: as much as the fullest column has room for."""
    most = {node: max(pair.tolist()) for node, pair in through(side.flows).items()}
    ordered = [*(node for node in _NODES if node in most), *sorted(most.keys() - _NODES.keys())]
    columns = [[node for node in ordered if _described(side, node)[0] == at] for at in range(len(_COLUMNS))]
    room = min(((_HEIGHT - _GAP * (len(c) - 1)) / sum(most[node][0] for node in c) for c in columns if c), default=0.0)
    nodes = {}
    for column in columns:
        top = _TOP
        for node in column:
            nodes[node] = Station(*_described(side, node), top, *most[node])
            top += room * most[node][0] + _GAP
    return nodes, room


def _middles(flows: money.Flows, nodes: dict[str, Station], room: float, near: int) -> dict[tuple[str, str], float]:
    """Where every band leaves its giver (near 0) or meets its receiver (1), in the order of its other end.

    So bands cross little.
    """
    edge, found = {name: node.top for name, node in nodes.items()}, {}
    for link in sorted(flows, key=lambda link: (nodes[link[1 - near]].top, nodes[link[near]].top)):
        thick = room * float(flows[link][0])
        found[link] = edge[link[near]] + thick / 2.0
        edge[link[near]] += thick
    return found


def _balance(side: Followed) -> str:
    """Say whether the money balances to the penny."""
    if not side.flows:
        return ""
    voted, oda = side.flows[money.PARLIAMENT, money.TREASURY].tolist()
    ended = float(sum(got[0] for got, gave in through(side.flows).values() if gave[0] == 0.0))
    off = max(abs(voted - ended), imbalance(side.flows))
    pounds = f"Voted {_pounds(voted)} ({_pounds(oda)} ODA), accounted for {_pounds(ended)}"
    if off < 0.5e-8:
        return f"{pounds}: balanced to the penny, in all and at every step."
    return f"{pounds}: {_pounds(off)} do not balance."


def _pounds(millions: float) -> str:
    """Write money in pounds and pence."""
    return f"£{1e6 * millions:,.2f}"
