"""Why a spender runs what it runs in a state, and what it pays there: the part of an account that spenders give.

Whatever a spender decided on is its own (`model.agents.spender.Decision`); what led to it is worked out here by the
same rules from the same inputs. Quarters are counted from 1.
"""

from functools import cmp_to_key
from typing import NamedTuple

import numpy as np

from experiments.accounts.values import own_value, plan_of, pool_value
from experiments.accounts.witness import Plain, Witness, Year
from model.agents.pool import Pool
from model.institution import DEPARTMENTS
from model.rules import portfolio, purse, table
from model.rules.measurement import COLOURS, MONEY_LINES
from model.rules.purse import WAR
from model.trajectory import INSTRUMENTS
from model.world import Floats


class Payment(NamedTuple):
    """How a spender paid: its ``money`` of the quarter, plain, and ``agreed`` and ``theme``.

    ``agreed`` is its book (21, n) as it would be had nothing been screened; ``theme`` (n,) the thematic money in that
    of one instrument.
    """

    money: Plain
    agreed: Floats
    theme: Floats


def spenders_of(model: Witness, position: int) -> list[int]:
    """List, by place among the books, who may run programmes in a state: departments and, if there is one, its pool."""
    pool = model.states[position].pool
    return [0, 1, 2] + ([3 + pool] if model.parameters.degrees.pooling > 0.0 else [])


def spender_account(model: Witness, index: int, position: int) -> Plain:
    """Account of one spender for one state, in the quarter that the model has just lived through.

    Parameters
    ----------
    model : Witness
        A run after its quarter.
    index : int
        The spender's position among the books.
    position : int
        The state's.

    Returns
    -------
    dict
        Plain data: who it is, its desks and money of the quarter, and its ``programmes`` by instrument.
    """
    spender, paid = model.spenders[index], payment(model, index)
    told = decided(model, model.years[-1], index, position)
    programmes = {
        instrument: programme | _paid(model, paid, index, INSTRUMENTS.index(instrument), position)
        for instrument, programme in told["programmes"].items()
    }
    return told | {
        "states": int(spender.covered.sum()),
        "money": paid.money,
        "programmes": programmes,
        "thematic_part": float(spender.book[table.THEME, position]),
        "voluntary_part": float(spender.book[table.DEPLOYED, position]),
        "decision_cost": float(spender.book[table.COST, position]),
    }


def decided(model: Witness, year: Year, index: int, position: int) -> Plain:
    """Say what a spender decided for one state in a year that the model has lived through, and why.

    Parameters
    ----------
    model : Witness
        A run after that year began.
    year : Year
        One of its years.
    index, position : int
        The spender's position among the books; the state's.

    Returns
    -------
    dict
        Plain data: who it is, how it decided, its desks, and its ``programmes`` by instrument.
    """
    spender = model.spenders[index]
    pool = isinstance(spender, Pool)
    role = spender.lead.role if isinstance(spender, Pool) else index
    return {
        "name": spender.name,
        "role": "pool" if pool else DEPARTMENTS[index],
        "led_by": DEPARTMENTS[role],
        "decided": _way_of_deciding(model, year, role, pool),
        "desks": _desks(year, index),
        "programmes": {
            INSTRUMENTS[k]: _programme(model, year, index, k, position) for k in (range(3) if pool else (index,))
        },
    }


def _way_of_deciding(model: Witness, year: Year, role: int, pool: bool) -> str:
    """How a spender came to this year's programmes: chose, stalled, planned (the reference)."""
    if pool and model.parameters.degrees.planner > 0.0:
        return "planned"
    uniform, rate = float(model.chance.stall[year.quarter, role]), model.parameters.priorities.stall_rate
    return "stalled" if portfolio.stalled(uniform, rate, year.quarter == 0) else "chose"


def _desks(year: Year, index: int) -> Plain | None:
    """Desks a spender had and used this year, and how many programmes on them; none where it decided nothing."""
    decision = year.decisions[index]
    if decision is None:
        return None
    had = float(decision.desks.sum())
    runs, went_on = (_programmes(book) > 0.0 for book in (year.after[index], _committed(year, index)))
    return {
        "had": had,
        "used": had - float(decision.left.sum()),
        "free_to_move": float(decision.desks[portfolio.FREE]),
        "kept": int((runs & went_on).sum()),
        "chosen": int((runs & ~went_on).sum()),
    }


def _programmes(book: Floats) -> Floats:
    """Sizes of programmes (3, n)."""
    return book[table.PROGRAMME : table.PROGRAMME + 3]


def payment(model: Witness, index: int) -> Payment:
    """Let a spender pay once more, on copies.

    Parameters
    ----------
    model : Witness
        A run after its quarter.
    index : int
        The spender's position among the books.

    Returns
    -------
    Payment
    """
    allotment, p, agreed = model.spenders[index].allotment, model.parameters, model.unpaid[index].copy()
    assert allotment is not None
    ledger, unscreened = np.zeros((2, table.JOINED - table.LEDGER))
    voluntary = purse.spend(*allotment, p.finance, p.degrees, model.unpaid[index].copy(), ledger)
    # Where aid may buy anything, nothing is screened: this is what was agreed, the top-up in it.
    lawless = p.finance._replace(oda_eligible_security=1.0)
    purse.spend(*allotment._replace(topped=0.0), lawless, p.degrees, agreed, unscreened)
    thematic = lines_of(unscreened)["thematic"]
    theme = 0.5 * (thematic["oda"] + thematic["other"]) * agreed[table.THEME]
    lines, had = lines_of(ledger), float(allotment.money.sum())
    lost, cut = float(ledger[table.SCREENED_OUT - table.LEDGER]), allotment.cut * had
    at_war = _unspent_at_war(agreed, theme, allotment.status, p.finance.war_lapse)
    rest = sum(lines["lapsed"].values()) - cut - lost - at_war
    money = {
        "had": had,
        "oda_share": allotment.oda,
        "of_it_top_up": allotment.topped * had,
        "cut_share": allotment.cut,
        "voluntary": float(voluntary),
        "ledger": lines,
        "replanned": float(ledger[table.REPLANNED - table.LEDGER]),
        # Rounding is nothing.
        "lapsed": {
            "cut": cut,
            "screened_out": lost,
            "at_war": at_war,
            "without_programme": rest if rest > 1e-12 * had else 0.0,
        },
    }
    return Payment(money, agreed, theme)


def _unspent_at_war(agreed: Floats, theme: Floats, status: Floats, part: float) -> float:
    """£m that programmes in states at war could not spend, of what they had before."""
    spent = agreed[table.MONEY : table.MONEY + 3].sum(axis=0) - 2.0 * theme
    return float(spent[status > WAR].sum()) * part / (1.0 - part)


def lines_of(ledger: Floats) -> Plain:
    """Name the lines of a ledger (20,), £m by colour."""
    return {
        line: {colour: float(ledger[table.LINES * c + at]) for c, colour in enumerate(COLOURS)}
        for at, line in enumerate(MONEY_LINES)
    }


def _paid(model: Witness, paid: Payment, index: int, k: int, position: int) -> Plain:
    """Claim, price and money of one programme, £m: by its claim, on a theme, as agreed, and as screening left it."""
    spender, unpaid = model.spenders[index], model.unpaid[index][:, position]
    size, whole, waited = (float(unpaid[row + k]) for row in (table.PROGRAMME, table.CLAIM, table.WAIT))
    assert spender.allotment is not None
    claim = size * portfolio.started(waited) * whole if size > 0.0 else 0.0
    agreed, money = float(paid.agreed[table.MONEY + k, position]), float(spender.book[table.MONEY + k, position])
    thematic = float(paid.theme[position]) if k != 1 else 0.0
    lapse = model.parameters.finance.war_lapse if spender.allotment.status[position] > WAR else 0.0
    given = (agreed - thematic) / (1.0 - lapse)
    return {
        "waited": _quarters(waited),
        "wait": _quarters(float(spender.book[table.WAIT + k, position])),
        "claim": claim,
        "price": given / claim if claim > 0.0 else None,
        "unspent_at_war": lapse * given,
        "thematic_money": thematic,
        "agreed_money": agreed,
        "screening_factor": money / agreed if agreed > 0.0 else None,
        "money": money,
    }


def _quarters(wait: float) -> float | None:
    """Quarters until first money; none where no programme runs."""
    return None if wait == table.NOT_RUNNING else wait


def _programme(model: Witness, year: Year, index: int, k: int, position: int) -> Plain:
    """What runs, since when and why, and how it was valued this year."""
    book = year.after[index]
    size = float(book[table.PROGRAMME + k, position])
    told: Plain = {
        "size": size,
        "years_left": float(book[table.YEARS_LEFT + k, position]),
        "worth": float(book[table.WORTH + k, position]),
        "preventable_harm": {
            role: year.harms[d][position][k] for d, role in enumerate(DEPARTMENTS) if index >= 3 or d == index
        },
    }
    if index >= 3 and model.parameters.degrees.planner > 0.0:
        why, plan = "planned" if size > 0.0 else "not_planned", plan_of(model, year, index, k, position)
        return told | {"why": why, "plan": plan}
    decision = year.decisions[index]
    why = "no_programme" if size == 0.0 else "rolled_over"
    if decision is not None and size > 0.0:
        why = "kept" if _programmes(_committed(year, index))[k, position] > 0.0 else "chosen"
    value = pool_value(model, year, index, k, position) if index >= 3 else own_value(model, year, index, position)
    return told | {
        "why": why,
        "value": value,
        "competition": _competition(model, year, index, k, position),
        "late": float(decision.late[k, position]) if decision is not None else None,
        "agreed": _agreed(model, year, index, k, position) if why in ("kept", "rolled_over") else None,
    }


def _committed(year: Year, index: int) -> Floats:
    """Book of what was still committed when a year's programmes were decided."""
    book: Floats = year.before[index].copy()
    portfolio.end_commitments(book)
    return book


def _agreed(model: Witness, last: Year, index: int, k: int, position: int) -> Plain | None:
    """When and against what a programme that goes on in a year was last chosen."""
    for year in reversed([year for year in model.years if year.quarter <= last.quarter]):
        runs, went_on = (_programmes(book)[k, position] for book in (year.after[index], _committed(year, index)))
        if year.decisions[index] is not None and runs > 0.0 == went_on:
            return {"quarter": year.quarter + 1, "competition": _competition(model, year, index, k, position)}
    return None


def _competition(model: Witness, year: Year, index: int, k: int, position: int) -> Plain | None:
    """How a programme fared against all that asked for the same desks: those not committed, in the remit.

    Where every desk is free to move they are of all instruments, else of this one.
    """
    decision, covered, runs = year.decisions[index], model.spenders[index].covered, _programmes(year.after[index])
    if decision is None:
        return None
    together = index >= 3 and not decision.desks[: portfolio.FREE].any()
    open_to = (_programmes(_committed(year, index)) == 0.0) & (covered > 0.0)
    asking = [(j, i) for j, i in np.argwhere(open_to).tolist() if together or j == k]
    score, worth, tie = decision.score, decision.worth, model.chance.tie

    def order(one: tuple[int, int], other: tuple[int, int]) -> int:
        return -1 if portfolio.ahead(score, worth, tie, *one, *other) else 1

    ranked = sorted(asking, key=cmp_to_key(order))
    chosen = [pair for pair in ranked if runs[pair] > 0.0]
    return {
        "score": float(score[k, position]),
        "worth": float(worth[k, position]),
        "rank": ranked.index((k, position)) + 1 if (k, position) in ranked else None,
        "of": len(ranked),
        "chosen": len(chosen),
        "last_score": float(score[chosen[-1]]) if chosen else None,
    }
