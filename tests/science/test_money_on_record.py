"""Money and time at the scale of the record: what runs at the defaults give, held against the bounds on record.

Bounds are of single cases, many of the UK's pools (Hansard 2000 to 2011, Iraq Inquiry 2016 §13.1, reports of the
funds); they are no estimates. Nothing here looks at conflict.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from model.parameters import PARAMETERS, Parameters
from model.rules import table
from model.rules.table import LEDGER, LINES, NOT_RUNNING, PROGRAMME, WAIT
from model.runs import simulate
from model.world import Floats
from tests.support import account, books, setting

RUNS = {"africa": 100, "global": 40, "stylised": 60}
JOINT, SILOED = "uk_pools", "siloed"
VETOED = 4.5
"""Quarters that no programme waits unless it was vetoed."""
PROGRAMME_LINE, THEMATIC, TOP_UP, PEACEKEEPING, VOLUNTARY, OVERHEAD, LAPSED, UNDRAWN = range(LINES)


class Past(NamedTuple):
    """What several runs of one institution in one world moved (runs, quarters, colours, lines), and its first call.

    ``waits`` quarters from agreement to first money of pools' new programmes, of those agreed in the first year and of
    the others.
    """

    parameters: Parameters
    ledgers: Floats
    called: Floats
    waits: tuple[Floats, Floats]

    def line(self, *lines: int) -> Floats:
        """£m of some lines in both colours (runs, quarters)."""
        return np.asarray(self.ledgers[..., lines].sum(axis=(2, 3)))


@cache
def lived(world: str, name: str, **values: float) -> Past:
    made = setting(world)
    ledgers, called, first, later = [], [], [], []
    for replication in range(RUNS[world]):
        drawn = made.drawn(7, replication)
        p = drawn.parameters(name, fixed=values)
        t = simulate(drawn.institutions[name], drawn.world, p, 7, replication).trajectory
        ledgers.append(account(t)[:, LEDGER : LEDGER + 2 * LINES].reshape(len(t), 2, LINES))
        called.append(account(t)[:, table.CALLED])
        waits = first_waits(books(t, drawn.world.size)[:, 3:])
        first.append(waits[0])
        later.extend(waits[1:])
    return Past(p, np.array(ledgers), np.array(called), (np.concatenate(first), np.concatenate(later)))


def first_waits(pools: Floats) -> list[Floats]:
    """Quarters from agreement to first money of pools' new programmes, by year; a veto's year is left out.

    A book shows what is left after the quarter in which they were agreed.
    """
    found = []
    for year in range(len(pools) // 4):
        wait, runs = pools[4 * year, :, WAIT : WAIT + 3], pools[4 * year, :, PROGRAMME : PROGRAMME + 3] > 0.0
        new = runs if year == 0 else runs & (pools[4 * year - 1, :, WAIT : WAIT + 3] == NOT_RUNNING)
        waits = wait[new] + 1.0
        found.append(waits[waits < VETOED])
    return found


@pytest.fixture(scope="module", params=[(world, name) for world in RUNS for name in (SILOED, JOINT)], ids="-".join)
def past(request: pytest.FixtureRequest) -> Past:
    world, name = request.param
    return lived(world, name)


@pytest.fixture(scope="module", params=["africa", "global"])
def pools(request: pytest.FixtureRequest) -> Past:
    """The UK's pools in years without a cut: what is cut was not there to be spent."""
    return lived(request.param, JOINT, funding_shock_rate=0.0)


def within(low: float, found: float, high: float) -> None:
    assert low <= found <= high, f"{found:.3f} must lie in {low} to {high}"


def test_peacekeeping_is_two_thirds_to_six_sevenths_of_what_is_paid(past: Past) -> None:
    """.65–.85: 78% in 2003/04, 450 of 630 in 2011/12."""
    paid = past.line(PROGRAMME_LINE, THEMATIC, TOP_UP, PEACEKEEPING, VOLUNTARY, OVERHEAD)
    within(0.65, float((past.line(PEACEKEEPING).sum(axis=1) / paid.sum(axis=1)).mean()), 0.85)


def test_the_first_call_takes_a_fifth_to_a_third_of_the_settlement(past: Past) -> None:
    """.20–.33: 30, 23, 21 and 23% in 2011–15."""
    settled = 0.25 * past.parameters.finance.settlement
    within(0.20, float((past.called / settled).mean()), 0.33)


def test_programme_money_is_that_of_the_pools() -> None:
    """Africa Pool 50–67, all pools 180 left in 2011/12, £m a year."""
    work = (PROGRAMME_LINE, THEMATIC, TOP_UP, VOLUNTARY, OVERHEAD, LAPSED)
    within(50.0, 4.0 * float(lived("africa", JOINT).line(*work).mean()), 67.0)
    within(171.0, 4.0 * float(lived("global", JOINT).line(*work).mean()), 239.0)


def test_two_or_three_per_cent_of_programme_money_lapse_after_the_first_year(pools: Past) -> None:
    """.02–.03: 66 of 68 spent in 2002/03, 1,104 of 1,127 in 2016/17, both in a fund's second year."""
    programme = pools.line(PROGRAMME_LINE, THEMATIC, TOP_UP, VOLUNTARY, OVERHEAD, LAPSED)[:, 4:]
    within(0.02, float(pools.line(LAPSED)[:, 4:].sum() / programme.sum()), 0.03)


def test_a_third_to_a_half_of_programme_money_is_aid(past: Past) -> None:
    """.34–.47 of CSSF; there a third of all was peacekeeping, so this is a bound for the order only."""
    work = past.ledgers[..., [PROGRAMME_LINE, THEMATIC, TOP_UP]].sum(axis=(0, 1, 3))
    within(0.34, float(work[0] / work.sum()), 0.47)


def test_the_top_up_starts_at_a_fifth_to_two_fifths_of_programme_money(pools: Past) -> None:
    """.20–.38 in the Global Pool's first three years."""
    first = slice(0, 12)
    topped = pools.line(TOP_UP)[:, first].sum() / pools.line(PROGRAMME_LINE, THEMATIC, TOP_UP)[:, first].sum()
    within(0.20, float(topped), 0.38)


def test_a_joint_programme_has_its_first_money_after_two_or_three_quarters(pools: Past) -> None:
    """Police mentors: 5 to 7 months after consent; a strategy's approval alone five (2003, 2004)."""
    within(2.0, float(pools.waits[1].mean()), 3.0)
    p = pools.parameters.priorities
    consents = 2
    assert 3.0 * consents * p.approval_delay == pytest.approx(5.0, abs=0.1)


def test_a_new_fund_has_its_first_money_after_three_or_four_quarters(pools: Past) -> None:
    """Canada's GPSF: operational 11½ months after it began."""
    within(3.0, float(pools.waits[0].mean()), 4.0)


def test_the_early_pools_committed_money_for_a_year_at_most() -> None:
    assert setting().parameters(JOINT).degrees.commitment == 1.0


def test_departments_parts_at_entry_lie_within_the_ranges() -> None:
    """32, 9 and 7 of £48m (Global Pool, 2001/02)."""
    entry = {"budget_defence": 32 / 48, "budget_development": 9 / 48, "budget_foreign": 7 / 48}
    for name, part in entry.items():
        assert PARAMETERS[name].low <= part <= PARAMETERS[name].high


@pytest.mark.parametrize("top_up_source", [0.0, 1.0], ids=["within", "on_top"])
def test_only_a_top_up_on_top_makes_the_pools_richer_than_silos(top_up_source: float) -> None:
    def envelope(name: str) -> Floats:
        made = setting()
        p = made.parameters(name, fixed={"top_up_source": top_up_source})
        return account(simulate(made.institutions[name], made.world, p, 7, 0).trajectory)[:, table.ENVELOPE]

    more = envelope(JOINT) - envelope(SILOED)
    if top_up_source == 0.0:
        assert not more.any()
    else:
        # In a quarter in which missions take all, there is nothing to top up.
        assert (more >= 0.0).all() and (more[4:] > 0.0).mean() > 0.9
