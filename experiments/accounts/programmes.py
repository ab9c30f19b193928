"""Why a spender runs what it runs in a state, and what it pays there: the part of an account that spenders give.

Whatever a spender decided on is its own (`model.agents.spender.Decision`); what led to it is worked out here by the
same rules from the same inputs. Quarters are counted from 1.
"""

from functools import cmp_to_key
from typing import Any

import numpy as np

from experiments.accounts.values import own_value, plan_of, pool_value
from experiments.accounts.witness import Witness, Year
from model.agents.pool import Pool
from model.agents.spender import Allotment, Decision
from model.institution import DEPARTMENTS
from model.rules import portfolio, priorities, purse
from model.rules.measurement import COLOURS, MONEY_LINES
from model.rules.table import (
    COST,
    DEPLOYED,
    JOINED,
    LEDGER,
    LINES,
    MONEY,
    NOT_RUNNING,
    PROGRAMME,
    REPLANNED,
    SCREENED_OUT,
    THEME,
    WAIT,
    WORTH,
    YEARS_LEFT,
)
from model.trajectory import INSTRUMENTS
from model.world import Floats

Plain = dict[str, Any]


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
    spender, year, paid = model.spenders[index], model.years[-1], payment(model, index)
    role = spender.lead.role if isinstance(spender, Pool) else index
    instruments = range(3) if isinstance(spender, Pool) else (index,)
    return {
        "name": spender.name,
        "role": "pool" if isinstance(spender, Pool) else DEPARTMENTS[index],
        "led_by": DEPARTMENTS[role],
        "states": int(spender.covered.sum()),
        "decided": _way_of_deciding(model, year, role, isinstance(spender, Pool)),
        "desks": _desks(year, index),
        "money": paid["money"],
        "programmes": {
            INSTRUMENTS[k]: _programme(model, year, index, k, position) | _payment_here(paid, spender.book, k, position)
            for k in instruments
        },
        "thematic_part": float(spender.book[THEME, position]),
        "voluntary_part": float(spender.book[DEPLOYED, position]),
        "decision_cost": float(spender.book[COST, position]),
    }


def _way_of_deciding(model: Witness, year: Year, role: int, is_pool: bool) -> str:
    """How a spender came to this year's programmes: chose, stalled, planned (the reference)."""
    if is_pool and model.parameters.degrees.planner > 0.0:
        return "planned"
    uniform, rate = float(model.chance.stall[year.quarter, role]), model.parameters.priorities.stall_rate
    return "stalled" if portfolio.stalled(uniform, rate, year.quarter == 0) else "chose"


def _desks(year: Year, index: int) -> Plain | None:
    """Desks a spender had and used this year, and how many programmes on them; none where it decided nothing."""
    decision = year.decisions[index]
    if decision is None:
        return None
    had, left = float(decision.desks.sum()), float(decision.left.sum())
    runs, went_on = (book[PROGRAMME : PROGRAMME + 3] > 0.0 for book in (year.after[index], _committed(year, index)))
    return {
        "had": had,
        "used": had - left,
        "free_to_move": float(decision.desks[portfolio.FREE]),
        "kept": int((runs & went_on).sum()),
        "chosen": int((runs & ~went_on).sum()),
    }


def payment(model: Witness, index: int) -> Plain:
    """Let a spender pay once more, on copies.

    Parameters
    ----------
    model : Witness
        A run after its quarter.
    index : int
        The spender's position among the books.

    Returns
    -------
    dict
        ``money`` of the quarter, plain, with the spender's own lines of the ledger; as arrays (3, n) its programmes'
        ``claims``, money ``agreed`` before screening, and quarters ``waited``; ``theme`` (n,) thematic money.
    """
    spender, p, unpaid = model.spenders[index], model.parameters, model.unpaid[index]
    allotment = spender.allotment
    assert allotment is not None
    ledger, agreed = np.zeros(JOINED - LEDGER), unpaid.copy()
    voluntary = purse.spend(*allotment, p.finance, p.degrees, unpaid.copy(), ledger)
    # Where aid may buy anything, nothing is screened: this is what was agreed, the top-up in it.
    unscreened, lawless = np.zeros_like(ledger), p.finance._replace(oda_eligible_security=1.0)
    purse.spend(*allotment._replace(topped=0.0), lawless, p.degrees, agreed, unscreened)
    claims = [
        [
            priorities.claim(size * portfolio.started(wait), worth, allotment.concentration) if size > 0.0 else 0.0
            for size, wait, worth in zip(unpaid[PROGRAMME + k], unpaid[WAIT + k], unpaid[WORTH + k], strict=True)
        ]
        for k in range(3)
    ]
    theme = _theme(unscreened) * agreed[THEME]
    return {
        "money": _money(allotment, float(voluntary), ledger),
        "claims": np.array(claims),
        "agreed": agreed[MONEY : MONEY + 3],
        "theme": theme,
        "waited": unpaid[WAIT : WAIT + 3],
    }


def lines_of(ledger: Floats) -> Plain:
    """Name the lines of a ledger (17,), £m by colour."""
    return {
        line: {colour: float(ledger[LINES * c + at]) for c, colour in enumerate(COLOURS)}
        for at, line in enumerate(MONEY_LINES)
    }


def _money(allotment: Allotment, voluntary: float, ledger: Floats) -> Plain:
    """What a spender had this quarter and where it went, £m, with the reasons for which some of it lapsed."""
    total, lines = float(allotment.money.sum()), lines_of(ledger)
    lost, cut = float(ledger[SCREENED_OUT - LEDGER]), allotment.cut * total
    return {
        "had": total,
        "oda_share": allotment.oda,
        "of_it_top_up": allotment.topped * total,
        "cut_share": allotment.cut,
        "voluntary": voluntary,
        "ledger": lines,
        "replanned": float(ledger[REPLANNED - LEDGER]),
        "lapsed": {
            "cut": cut,
            "screened_out": lost,
            "without_programme": _rest(sum(lines["lapsed"].values()) - cut - lost, total),
        },
    }


def _rest(money: float, total: float) -> float:
    """What is left of a sum when its parts are known; rounding is nothing."""
    return money if money > 1e-12 * total else 0.0


def _theme(unscreened: Floats) -> float:
    """Money of one instrument's thematic work, £m, from an unscreened ledger."""
    at = MONEY_LINES.index("thematic")
    return 0.5 * float(unscreened[at] + unscreened[LINES + at])


def _payment_here(paid: Plain, book: Floats, k: int, position: int) -> Plain:
    """Claim, price and money of one programme, £m: by its claim, on a theme, as agreed, and as screening left it."""
    claim, agreed = float(paid["claims"][k, position]), float(paid["agreed"][k, position])
    thematic = float(paid["theme"][position]) if k != 1 else 0.0
    by_claim, money = agreed - thematic, float(book[MONEY + k, position])
    return {
        "waited": _quarters(paid["waited"][k, position]),
        "wait": _quarters(book[WAIT + k, position]),
        "claim": claim,
        "price": by_claim / claim if claim > 0.0 else None,
        "thematic_money": thematic,
        "agreed_money": agreed,
        "screening_factor": money / agreed if agreed > 0.0 else None,
        "money": money,
    }


def _quarters(wait: float) -> float | None:
    """Quarters until first money; none where no programme runs."""
    return None if wait == NOT_RUNNING else float(wait)


def _programme(model: Witness, year: Year, index: int, k: int, position: int) -> Plain:
    """What runs, since when and why, and how it was valued this year."""
    size = float(year.after[index, PROGRAMME + k, position])
    book = model.spenders[index].book
    told: Plain = {
        "size": size,
        "years_left": float(book[YEARS_LEFT + k, position]),
        "worth": float(book[WORTH + k, position]),
        "preventable_harm": {
            role: year.harms[d][position][k] for d, role in enumerate(DEPARTMENTS) if index >= 3 or d == index
        },
    }
    if index >= 3 and model.parameters.degrees.planner > 0.0:
        return told | {
            "why": "planned" if size > 0.0 else "not_planned",
            "plan": plan_of(model, year, index, k, position),
        }
    decision = year.decisions[index]
    why = "no_programme" if size == 0.0 else "rolled_over"
    if decision is not None and size > 0.0:
        why = "kept" if _committed(year, index)[PROGRAMME + k, position] > 0.0 else "chosen"
    value = pool_value(model, year, index, k, position) if index >= 3 else own_value(model, year, index, position)
    return told | {
        "why": why,
        "value": value,
        "competition": _competition(model, year, index, k, position),
        "late": float(decision.late[k, position]) if decision is not None else None,
        "agreed": _agreed(model, index, k, position) if why in ("kept", "rolled_over") else None,
    }


def _committed(year: Year, index: int) -> Floats:
    """Book of what was still committed when a year's programmes were decided."""
    book: Floats = year.before[index].copy()
    portfolio.end_commitments(book)
    return book


def _agreed(model: Witness, index: int, k: int, position: int) -> Plain | None:
    """When and against what a programme that goes on was last chosen."""
    for year in reversed(model.years):
        chosen = year.after[index, PROGRAMME + k, position] > 0.0
        if year.decisions[index] is not None and chosen and _committed(year, index)[PROGRAMME + k, position] == 0.0:
            return {"quarter": year.quarter + 1, "competition": _competition(model, year, index, k, position)}
    return None


def _competition(model: Witness, year: Year, index: int, k: int, position: int) -> Plain | None:
    """How a programme fared against all that asked for the same desks: those not committed, in the remit.

    Where every desk is free to move they are of all instruments, else of this one.
    """
    decision, spender, book = year.decisions[index], model.spenders[index], _committed(year, index)
    if decision is None:
        return None
    together = index >= 3 and not decision.desks[: portfolio.FREE].any()
    asking = [
        (j, i)
        for i in range(model.world.size)
        for j in (range(3) if together else (k,))
        if spender.covered[i] > 0.0 and book[PROGRAMME + j, i] == 0.0
    ]
    ranked = sorted(asking, key=cmp_to_key(_order(decision, model.chance.tie)))
    chosen = [pair for pair in ranked if year.after[index, PROGRAMME + pair[0], pair[1]] > 0.0]
    return {
        "score": float(decision.score[k, position]),
        "worth": float(decision.worth[k, position]),
        "rank": ranked.index((k, position)) + 1 if (k, position) in ranked else None,
        "of": len(ranked),
        "chosen": len(chosen),
        "last_score": float(decision.score[chosen[-1]]) if chosen else None,
    }


def _order(decision: Decision, tie: Floats) -> Any:
    """Compare two programmes as the engine does."""

    def compare(one: tuple[int, int], other: tuple[int, int]) -> int:
        return -1 if portfolio.ahead(decision.score, decision.worth, tie, *one, *other) else 1

    return compare
