"""Why a state got the money it got: an account of one quarter of a run, in plain data, for any way of showing it.

Every number is the run's own, or worked out by the model's rules from what stood when it was decided; nothing in the
run is changed. Quarters are counted from 1.
"""

import math

from experiments.accounts.programmes import lines_of, payment, spender_account, spenders_of
from experiments.accounts.witness import Plain, Witness, Year
from experiments.settings.worlds import states_known
from model.errors import InvalidInput, nearest
from model.institution import DEPARTMENTS
from model.rules import observation, table
from model.rules.conflict import LONG_AGO
from model.rules.treasury import ON_TOP
from model.rules.trust import CONSENTING
from model.trajectory import DRIVERS, INSTRUMENTS
from model.world import Floats, World

CAVEAT = "A made-up future, to see how the model decides: no forecast for, and no judgement of, any state named."
_BESIDE_LINES = {
    "arrears": table.ARREARS, "replanned": table.REPLANNED, "screened_out": table.SCREENED_OUT,
    "first_call": table.CALLED,
}  # fmt: skip
"""Of a ledger: £m that are beside its lines."""


def position_of(world: World, code: str) -> int:
    """Find a state by its code, or by its name.

    Raises
    ------
    InvalidInput
        When the world has none of that code; the message gives the nearest one, by code or by name.
    """
    by_name = {state.name.lower(): place for place, state in enumerate(world.states)}
    if code in world.codes or code.lower() in by_name:
        return world.codes.index(code) if code in world.codes else by_name[code.lower()]
    called = {state.iso3: state.name for state in world.states}
    elsewhere = {name.lower(): name for pair in states_known().items() if pair[0] not in called for name in pair}
    if code.lower() in elsewhere:
        raise InvalidInput(f"state={code}: is not in world '{world.name}'; {nearest('', world.codes)}")
    close = nearest(code.upper(), world.codes, called)
    raise InvalidInput(f"state={code}: must be a code of world '{world.name}', as in state={world.codes[0]}; {close}")


def account(model: Witness, position: int) -> Plain:
    """Say why a state got the money it got in the quarter that the model has just lived through.

    Parameters
    ----------
    model : Witness
        A run, after at least one step.
    position : int
        The state's, in the order of the world.

    Returns
    -------
    dict
        Plain data: ``state``, ``pictures``, ``spenders``, ``money`` (its way from Parliament), ``team``.
    """
    year, record = model.years[-1], model.world.states[position]
    pool = model.pools[model.states[position].pool]
    told = [spender_account(model, index, position) for index in spenders_of(model, position)]
    got = {k: sum(s["programmes"].get(k, {"money": 0.0})["money"] for s in told) for k in INSTRUMENTS}
    return {
        "caveat": CAVEAT,
        "institution": model.institution.name,
        "label": model.institution.label,
        "world": model.world.name,
        "state": {
            "code": record.iso3,
            "name": record.name,
            "region": record.region,
            "absorptive_scale": model.states[position].scale,
        },
        "quarter": model.quarter,
        "decided_in_quarter": year.quarter + 1,
        "actors": model.institution.actors(),
        "led_by": {"pool": pool.name, "department": DEPARTMENTS[pool.lead.role]},
        "when_decided": _condition(model, year.table, year.doors[position], position),
        "at_the_end": _condition(model, model.table(), model.states[position].next_door(), position)
        | {"donors": model.states[position].donors, "voluntary_mission": model.states[position].voluntary},
        "pictures": _pictures(model, year, position),
        "got": {**got, "total": sum(got.values())},
        "spenders": told,
        "money": _money(model, year),
        "team": _team(model, year, position),
    }


def _condition(model: Witness, states: Floats, door: float, position: int) -> Plain:
    """How a state stands: status, history, neighbours, mission, trust, consent, drivers."""
    at, fighting = states[:, position].tolist(), states[table.STATUS] > 0.0
    return {
        "status": at[table.STATUS],
        "quarters_in_conflict": at[table.QUARTERS_IN_CONFLICT],
        "quarters_at_peace": at[table.QUARTERS_AT_PEACE] if at[table.QUARTERS_AT_PEACE] < LONG_AGO else None,
        "memory": at[table.MEMORY],
        "mission": at[table.MISSION],
        "trust": at[table.TRUST],
        "neighbours_in_conflict": [n.record.iso3 for n in model.states[position].neighbours if fighting[n.position]],
        "spillover": door,
        "consent": dict(zip(INSTRUMENTS, at[table.CONSENT : table.CONSENT + 3], strict=True)),
        "driver": dict(zip(DRIVERS, at[table.DRIVER : table.DRIVER + 3], strict=True)),
    }


def _pictures(model: Witness, year: Year, position: int) -> Plain:
    """What each department believed of onset and ending here, what it decided on, and what was true.

    As chances in a year; an end only where a conflict was known of.
    """
    p, degree = model.parameters.observation, model.parameters.degrees.shared_analysis
    fights, truth = year.known[0, position] > 0.0, year.truth[:, position].tolist()
    places = {"onset": (0, truth[0]), "ending": (1, truth[2])} if fights else {"onset": (0, truth[0])}
    told: Plain = {}
    for what, (k, true) in places.items():
        seen = [float(year.table[table.SEEN + 2 * d + k, position]) for d in range(3)]
        decided = year.pictures[:, k, position].tolist()
        joint = (decided[0] - (1.0 - degree) * seen[0]) / degree if degree > 0.0 else None
        told[what] = {
            "true": _chance(true),
            "shared": None if joint is None else _chance(joint),
            "by": {
                role: {"seen": _chance(seen[d]), "decided_on": _chance(decided[d])}
                for d, role in enumerate(DEPARTMENTS)
            },
        }
    return {
        "danger": _danger(year, position),
        "shared_analysis": degree,
        "age_of_joint_picture": observation.FURTHER_DEPARTMENTS * p.analysis_delay if degree > 0.0 else None,
        "weight_of_truth": 1.0 - p.unknown_where,
        "status_known_late": p.unknown_status,
        "chances": told,
        "works": _works(model, year, position),
    }


def _chance(log_hazard: float) -> float:
    """Chance in a year of what has this log-hazard a quarter."""
    return 1.0 - math.exp(-4.0 * math.exp(min(log_hazard, 5.0)))


def _works(model: Witness, year: Year, position: int) -> Plain:
    """How well each instrument works here, in truth and as its own department believed when it decided."""
    p, state = model.parameters, model.states[position]
    return {
        instrument: {
            "true": state.works[k],
            "believed": observation.believed_works(
                state.works_normals[k], float(year.table[table.PRECISION + k, position]),
                float(year.table[table.LESSON + k, position]), 1.0, p.effects, p.observation,
            ),
        }
        for k, instrument in enumerate(INSTRUMENTS)
    }  # fmt: skip


def _danger(year: Year, position: int) -> Plain:
    """New harm to be expected here in a quarter, in truth and as each department believed when it decided."""
    believed = (seen[position] for seen in year.believed)
    return dict(zip(("true", *DEPARTMENTS), (year.dangers[position], *believed), strict=True))


def _money(model: Witness, year: Year) -> Plain:
    """Money's way through the quarter, £m: envelope, Reserve, first call, overhead, top-up, what lapsed and why."""
    treasury, ledger = model.treasury, model.treasury.ledger
    lines, why = lines_of(ledger), [payment(model, index).money["lapsed"] for index in range(len(model.spenders))]
    lapsed = {reason: sum(spender[reason] for spender in why) for reason in why[0]}
    before = sum(lines["lapsed"].values()) - sum(lapsed.values())
    return {
        "released": model.parameters.degrees.programme,
        "envelope": treasury.envelope,
        "envelope_oda": treasury.envelope_oda,
        "share": dict(zip(DEPARTMENTS, treasury.shares.tolist(), strict=True)),
        "cut": dict(zip(DEPARTMENTS, treasury.cuts.tolist(), strict=True)),
        "joined": dict(zip(DEPARTMENTS, year.joined, strict=True)),
        "top_up_rate": treasury.top_up,
        "top_up_on_top": model.parameters.budgeting.top_up_source == ON_TOP,
        "pool_share": {pool.name: pool.share for pool in model.pools},
        "ledger": lines,
        "lapsed": {**lapsed, "not_released": before if before > 1e-12 * treasury.envelope else 0.0},
    } | {name: float(ledger[row - table.LEDGER]) for name, row in _BESIDE_LINES.items()}


def _team(model: Witness, year: Year, position: int) -> Plain:
    """Whether the advisory team works here this year, and how the state ranked among those that would have it."""
    places = model.treasury.settlement.places
    consent, exclusion = year.table[table.CONSENT].tolist(), year.table[table.DRIVER + 2].tolist()
    scores = [willing * excluded for willing, excluded in zip(consent, exclusion, strict=True)]
    willing = [i for i in range(model.world.size) if consent[i] >= CONSENTING]
    ranked = sorted(willing, key=lambda i: (scores[i], model.chance.tie[i]), reverse=True)
    advised = [i for i in ranked if model.states[i].advised > 0.0]
    return {
        "places": places,
        "advised": model.states[position].advised > 0.0,
        "score": scores[position],
        "rank": ranked.index(position) + 1 if position in ranked else None,
        "of": len(ranked),
        "last_score": scores[advised[-1]] if advised else None,
    }
