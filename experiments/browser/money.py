"""The money's way through the institution: who passes how much to whom, from Parliament to the regions.

Every amount is what the model's own rules moved, or is worked out by the same rules from what stood when they did; a
node that passes on other than what it got would show a mistake, and a test looks for one.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from model.agents.pool import Pool
from model.institution import DEPARTMENTS
from model.rules import finance, purse
from model.rules.table import (
    JOINED,
    LAPSED_LINE,
    LEDGER,
    LINES,
    MONEY,
    OVERHEAD_LINE,
    PROGRAMME_LINE,
    THEMATIC_LINE,
    TOP_UP_LINE,
    VOLUNTARY_LINE,
)
from model.trajectory import INSTRUMENTS

if TYPE_CHECKING:
    from experiments.browser.side import Side

PARLIAMENT, TREASURY, TOP_UP = "parliament", "treasury", "top_up"
PEACEKEEPING, VOLUNTARY, OVERHEAD, LAPSED = "peacekeeping", "voluntary", "overhead", "lapsed"
ENDS = (PEACEKEEPING, VOLUNTARY, OVERHEAD, LAPSED)
"""Where money ends that does not reach a region."""
_SPENT_ON_WORK = (PROGRAMME_LINE, THEMATIC_LINE, TOP_UP_LINE)


class Amount(NamedTuple):
    """£m, and what of it is official development assistance (ODA)."""

    total: float
    oda: float


Move = Callable[[str, str, float, float], None]
"""Enters an amount: giver, receiver, £m, £m of it ODA."""

Flows = dict[tuple[str, str], Amount]
"""By giver and receiver: departments by role, pools as ``pool:<name>``, instruments as ``work:<instrument>``, regions
as ``region:<name>``."""


def flows_of_quarter(side: "Side") -> Flows:
    """Follow the money of the quarter that the model has just lived through.

    Parameters
    ----------
    side : Side
        A run after its quarter.

    Returns
    -------
    dict
        `Amount` by (giver, receiver); only where money moved. How much of an instrument's money is ODA is not kept
        by the model: there the spender's mean is written.
    """
    found: dict[tuple[str, str], tuple[float, float]] = {}

    def move(giver: str, receiver: str, total: float, oda: float) -> None:
        if total > 0.0:
            before = found.get((giver, receiver), (0.0, 0.0))
            found[giver, receiver] = (before[0] + total, before[1] + oda)

    treasury = side.treasury
    move(PARLIAMENT, TREASURY, treasury.envelope, treasury.envelope_oda)
    _to_spenders(side, move)
    for index in range(len(side.spenders)):
        _from_spender(side, index, move)
    _to_regions(side, found, move)
    return {link: Amount(*money) for link, money in found.items()}


def _to_spenders(side: "Side", move: "Move") -> None:
    """From the Treasury through departments to pools, with what departments lose on the way."""
    p, treasury = side.parameters, side.treasury
    planned = finance.as_it_turns_out(side.due, treasury.settlement, p.finance, p.budgeting)
    money = finance.meet_peacekeeping(side.due, planned, p.finance, p.degrees)
    division = finance.divide(money.budgets, side.joined_then, treasury.top_up, p.finance)
    oda = finance.oda_parts(p.finance).tolist()
    for d, role in enumerate(DEPARTMENTS):
        paid, overhead, lapsed, budget = (
            float(x[d]) for x in (money.paid, planned.overhead, money.lapsed, money.budgets)
        )
        base, own = float(division.pooled[d]) / (1.0 + treasury.top_up), float(division.own[d])
        for giver, receiver, total in (
            (TREASURY, role, paid + overhead + lapsed + budget),
            (role, PEACEKEEPING, paid),
            (role, OVERHEAD, overhead),
            (role, LAPSED, lapsed),
            (role, TOP_UP, budget - own - base if treasury.top_up > 0.0 else 0.0),
        ):
            move(giver, receiver, total, oda[d] * total)
        for pool in side.pools:
            move(role, _pool(pool.name), pool.share * base, oda[d] * pool.share * base)
    raised = sum(float(division.pooled[d]) * treasury.top_up / (1.0 + treasury.top_up) for d in range(3))
    aid = division.oda * float(division.pooled.sum()) - sum(
        oda[d] * float(division.pooled[d]) / (1.0 + treasury.top_up) for d in range(3)
    )
    for pool in side.pools:
        move(TOP_UP, _pool(pool.name), pool.share * raised, pool.share * aid)


def _from_spender(side: "Side", index: int, move: "Move") -> None:
    """What a department or pool did with what it had."""
    spender, p = side.spenders[index], side.parameters
    name = _pool(spender.name) if isinstance(spender, Pool) else DEPARTMENTS[index]
    allotment, ledger = spender.allotment, np.zeros(JOINED - LEDGER)
    assert allotment is not None
    purse.spend(*allotment, p.finance, p.degrees, side.unpaid[index].copy(), ledger)
    for line, receiver in ((VOLUNTARY_LINE, VOLUNTARY), (OVERHEAD_LINE, OVERHEAD), (LAPSED_LINE, LAPSED)):
        move(name, receiver, float(ledger[line] + ledger[LINES + line]), float(ledger[line]))
    aid, work = (float(sum(ledger[colour + line] for line in _SPENT_ON_WORK)) for colour in (0, LINES))
    aid_part = aid / (aid + work) if aid + work > 0.0 else 0.0
    for k, instrument in enumerate(INSTRUMENTS):
        money = float(spender.book[MONEY + k].sum())
        move(name, _work(instrument), money, aid_part * money)


def _to_regions(side: "Side", found: dict[tuple[str, str], tuple[float, float]], move: "Move") -> None:
    """Where each instrument's money was spent."""
    money = side.money()
    for k, instrument in enumerate(INSTRUMENTS):
        got = [amount for (_, receiver), amount in found.items() if receiver == _work(instrument)]
        aid_part = sum(oda for _, oda in got) / total if (total := sum(part for part, _ in got)) > 0.0 else 0.0
        for region in sorted(set(side.world.regions)):
            here = float(money[k, [name == region for name in side.world.regions]].sum())
            move(_work(instrument), f"region:{region}", here, aid_part * here)


def _pool(name: str) -> str:
    return f"pool:{name}"


def _work(instrument: str) -> str:
    return f"work:{instrument}"


def added(quarters: Iterable[Flows]) -> Flows:
    """Add up the money of several quarters."""
    found: Flows = {}
    for flows in quarters:
        for link, amount in flows.items():
            before = found.get(link, Amount(0.0, 0.0))
            found[link] = Amount(before.total + amount.total, before.oda + amount.oda)
    return found


def through(flows: Flows) -> dict[str, tuple[Amount, Amount]]:
    """What every node got and what it gave, £m."""
    nodes = dict.fromkeys(name for link in flows for name in link)
    return {
        name: (
            _sum(amount for (_, receiver), amount in flows.items() if receiver == name),
            _sum(amount for (giver, _), amount in flows.items() if giver == name),
        )
        for name in nodes
    }


def _sum(amounts: Iterable[Amount]) -> Amount:
    listed = list(amounts)
    return Amount(sum(amount.total for amount in listed), sum(amount.oda for amount in listed))


def imbalance(flows: Flows) -> float:
    """Find the largest difference, £m, between what a node got and what it gave, in all or in ODA."""
    inner = [
        pair for name, pair in through(flows).items() if all(pair[i].total > 0.0 for i in (0, 1)) or not _end(name)
    ]
    return max((abs(a - b) for got, gave in inner for a, b in zip(got, gave, strict=True)), default=0.0)


def _end(name: str) -> bool:
    """Whether money starts or ends here."""
    return name == PARLIAMENT or name in ENDS or name.startswith("region:")
