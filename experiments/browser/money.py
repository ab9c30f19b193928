"""The money's way through the institution: who passes how much to whom, from Parliament to the regions.

Every amount is what the model's own rules moved, or is worked out by the same rules from what stood when they did; a
node that passes on other than what it got would show a mistake, and a test looks for one.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping

import numpy as np

from experiments.accounts.programmes import payment
from experiments.accounts.witness import Witness
from model.agents.pool import Pool
from model.institution import DEPARTMENTS
from model.rules import finance
from model.rules.table import MONEY
from model.trajectory import INSTRUMENTS
from model.world import Floats

PARLIAMENT, TREASURY, RESERVE, TOP_UP = "parliament", "treasury", "reserve", "top_up"
PEACEKEEPING, VOLUNTARY, OVERHEAD, LAPSED, UNDRAWN = "peacekeeping", "voluntary", "overhead", "lapsed", "undrawn"
ENDS = (PEACEKEEPING, VOLUNTARY, OVERHEAD, LAPSED, UNDRAWN)
"""Where money ends that does not reach a region."""
_SPENT_ON_WORK = ("programme", "thematic", "top_up")

Move = Callable[[str, str, float, float], None]
"""Enters an amount: giver, receiver, £m, £m of it official development assistance (ODA)."""

Flows = Mapping[tuple[str, str], Floats]
"""£m and what of it is ODA (2,), by giver and receiver: departments by role, pools as ``pool:<name>``, instruments as
``work:<instrument>``, regions as ``region:<name>``."""


def flows_of_quarter(run: Witness) -> Flows:
    """Follow the money of the quarter that the model has just lived through.

    Parameters
    ----------
    run : Witness
        A run after its quarter.

    Returns
    -------
    dict
        Only where money moved. How much of an instrument's money is ODA is not kept by the model: there the spender's
        mean is written.
    """
    found: dict[tuple[str, str], Floats] = defaultdict(lambda: np.zeros(2))

    def move(giver: str, receiver: str, total: float, oda: float) -> None:
        if total > 0.0:
            found[giver, receiver] += (total, oda)

    move(PARLIAMENT, TREASURY, run.treasury.envelope, run.treasury.envelope_oda)
    _to_spenders(run, move)
    for index in range(len(run.spenders)):
        _from_spender(run, index, move)
    _to_regions(run, through(found), move)
    return found


def _to_spenders(run: Witness, move: Move) -> None:
    """From the Treasury through the Reserve, and through departments to pools, with what is lost on the way."""
    p, treasury = run.parameters, run.treasury
    planned = finance.as_it_turns_out(run.due, treasury.settlement, p.budgeting)
    money = finance.meet_peacekeeping(run.due, planned, p.finance, p.degrees)
    division = finance.divide(money.budgets, money.oda, run.joined_then, treasury.top_up, p.budgeting)
    oda, bases = finance.oda_parts(p.finance), division.pooled / (1.0 + treasury.top_up)
    kept = money.budgets - division.own - bases if division.top_up > division.added else np.zeros(3)
    move(TREASURY, RESERVE, money.drawn + money.undrawn, 0.0)
    move(RESERVE, PEACEKEEPING, money.drawn, 0.0)
    move(RESERVE, UNDRAWN, money.undrawn, 0.0)
    move(TREASURY, TOP_UP, division.added, division.added_oda)
    for d, role in enumerate(DEPARTMENTS):
        for giver, receiver, totals, aid in (
            (TREASURY, role, money.paid + planned.overhead + money.lapsed, oda),
            (TREASURY, role, money.budgets, money.oda),
            (role, PEACEKEEPING, money.paid, oda),
            (role, OVERHEAD, planned.overhead, oda),
            (role, LAPSED, money.lapsed, oda),
            (role, TOP_UP, kept, money.oda),
            *((role, f"pool:{pool.name}", pool.share * bases, money.oda) for pool in run.pools),
        ):
            move(giver, receiver, float(totals[d]), float(aid[d] * totals[d]))
    _top_up(run, division, bases, money.oda, move)


def _top_up(run: Witness, division: finance.Division, bases: Floats, oda: Floats, move: Move) -> None:
    """The top-up of what departments brought to pools, ``bases`` (3,), the part ``oda`` (3,) of it aid."""
    raised = float(np.sum(division.pooled - bases))
    aid = division.oda * float(division.pooled.sum()) - float(np.sum(oda * bases))
    for pool in run.pools:
        move(TOP_UP, f"pool:{pool.name}", pool.share * raised, pool.share * aid)


def _from_spender(run: Witness, index: int, move: Move) -> None:
    """What a department or pool did with what it had."""
    spender, lines = run.spenders[index], payment(run, index).money["ledger"]
    name = f"pool:{spender.name}" if isinstance(spender, Pool) else DEPARTMENTS[index]
    for line in (VOLUNTARY, OVERHEAD, LAPSED):
        move(name, line, sum(lines[line].values()), lines[line]["oda"])
    aid, other = (sum(lines[line][colour] for line in _SPENT_ON_WORK) for colour in ("oda", "other"))
    aid_part = aid / (aid + other) if aid + other > 0.0 else 0.0
    for k, instrument in enumerate(INSTRUMENTS):
        money = float(spender.book[MONEY + k].sum())
        move(name, f"work:{instrument}", money, aid_part * money)


def _to_regions(run: Witness, moved: Mapping[str, Floats], move: Move) -> None:
    """Where each instrument's money was spent."""
    regions = np.array(run.world.regions)
    for instrument, spent in zip(INSTRUMENTS, run.money(), strict=True):
        work = f"work:{instrument}"
        total, oda = moved[work][0].tolist() if work in moved else (1.0, 0.0)
        for region in sorted(set(run.world.regions)):
            here = float(spent[regions == region].sum())
            move(work, f"region:{region}", here, here * oda / total)


def through(flows: Flows) -> dict[str, Floats]:
    """What every node got and what it gave (2, 2), £m and what of it is ODA."""
    found: dict[str, Floats] = defaultdict(lambda: np.zeros((2, 2)))
    for (giver, receiver), amount in flows.items():
        found[receiver][0] += amount
        found[giver][1] += amount
    return found


def imbalance(flows: Flows) -> float:
    """Find the largest difference, £m, between what a node got and what it gave, in all or in ODA."""
    inner = [
        got - gave
        for name, (got, gave) in through(flows).items()
        if name not in (PARLIAMENT, *ENDS) and not name.startswith("region:")
    ]
    return float(np.abs(inner).max(initial=0.0))
