"""What a programme is worth to those who decide on it, worked out by the rules of the model from what they believed."""

import numpy as np

from experiments.accounts.witness import Plain, Witness, Year
from model.institution import DEPARTMENTS
from model.rules import planner, priorities, table
from model.world import Floats


def own_value(model: Witness, year: Year, role: int, position: int) -> Plain:
    """What a department's programme is worth to it: harm against interest, and a joint strategy's persuasion.

    Parameters
    ----------
    model : Witness
        A run after its quarter.
    year : Year
        What stood when it was decided.
    role, position : int
        The department; the state.

    Returns
    -------
    dict
        Plain data; ``joint`` and ``persuaded`` only where a joint strategy persuades.
    """
    p, degrees, department = model.parameters.priorities, model.parameters.degrees, model.departments[role]
    harms = [harm[role] for harm in year.harms[role]]
    total = 0.0
    for harm in harms:
        total += harm
    mean, interest = total / len(harms), department.interest[position]
    own = priorities.value(harms[position], mean, interest, p.national_interest)
    told = {
        "mean_harm": mean,
        "relative_harm": priorities.value(harms[position], mean, interest, 0.0),
        "interest": interest,
        "weight_of_interest": p.national_interest,
        "own": own,
        "persuasion": degrees.persuasion,
    }
    if degrees.persuasion == 0.0:
        return told
    committee = model.pools[model.states[position].pool]
    joint = float(committee.place(committee.agree(model.departments, year.harms)[0])[role, position])
    return told | {"joint": joint, "persuaded": priorities.persuaded(own, joint, degrees.persuasion)}


def pool_value(model: Witness, year: Year, index: int, k: int, position: int) -> Plain:
    """How a pool came to a programme's worth and lateness: the lead's word, votes, vetoes, screening.

    Parameters
    ----------
    model : Witness
        A run after its quarter.
    year : Year
        What stood when it was decided.
    index, k, position : int
        The pool's position among the books; instrument; state.

    Returns
    -------
    dict
        Plain data.
    """
    pool, p, degrees = model.pools[index - 3], model.parameters.priorities, model.parameters.degrees
    means = [priorities.mean_harm(np.array(harms).T.copy(), 0, 3, pool.covered) for harms in year.harms]
    harm = [year.harms[d][position][k] for d in range(3)]
    interest, lead = [department.interest[position] for department in model.departments], pool.lead.role
    votes = [priorities.value(harm[d], means[d], interest[d], p.national_interest) for d in range(3)]
    average = (votes[0] + votes[1] + votes[2]) / 3.0
    threshold = p.veto * degrees.voting * average
    approval = priorities.approval(votes[0], votes[1], votes[2], p, degrees)
    return {
        "mean_harm": dict(zip(DEPARTMENTS, means, strict=True)),
        "interest": dict(zip(DEPARTMENTS, interest, strict=True)),
        "votes": dict(zip(DEPARTMENTS, votes, strict=True)),
        "lead_word": priorities.value(harm[lead], means[lead], interest[lead], pool.self_interest()),
        "voting": degrees.voting,
        "veto_below": threshold,
        "vetoed_by": [role for role, vote in zip(DEPARTMENTS, votes, strict=True) if vote < threshold],
        "approval": approval,
        "screening": priorities.screened(approval, float(k), p, degrees) - approval,
        "colocation": degrees.colocation,
    }


def plan_of(model: Witness, year: Year, index: int, k: int, position: int) -> Plain:
    """Steps of money that the reference gave a programme, and how far one more would lower expected harm.

    Parameters
    ----------
    model : Witness
        A run after its quarter.
    year : Year
        What stood when it was decided.
    index, k, position : int
        The pool's position among the books; instrument; state.

    Returns
    -------
    dict
        ``money`` planned and ``step``, £m a quarter; ``steps`` it got; the fall in expected harm that its first step,
        one more, and the best one left to anybody would bring; whether it has a desk or could get one.
    """
    pool, book = model.pools[index - 3], year.after[index]
    money = pool.share * (year.pooled[0] + year.pooled[1] + year.pooled[2])
    step, worths = money / planner.STEPS, book[table.WORTH : table.WORTH + 3]
    desks = pool.share * model.parameters.priorities.desks * (year.joined[0] + year.joined[1] + year.joined[2])
    running = book[table.PROGRAMME : table.PROGRAMME + 3] > 0.0
    full = float(running.sum()) + 1.0 > desks
    open_to_money = [(j, i) for i in pool.members for j in range(3) if running[j, i] or not full]
    return {
        "money": money,
        "step": step,
        "steps": round(float(worths[k, position]) / step) if step > 0.0 else 0,
        "first_step": _fall(model, year, np.zeros(3), step, k, position),
        "next_step": _fall(model, year, worths[:, position].copy(), step, k, position),
        "best_next_step": max(
            (_fall(model, year, worths[:, i].copy(), step, j, i) for j, i in open_to_money), default=0.0
        ),
        "has_desk": (k, position) in open_to_money,
    }


def _fall(model: Witness, year: Year, money: Floats, step: float, k: int, position: int) -> float:
    """Fall in a state's expected harm that one more step of an instrument would buy, as the planner reckons it."""
    p, state, at = model.parameters, model.states[position], year.table[:, position]
    site = np.array([
        *at[table.DRIVER : table.DRIVER + 3], at[table.STATUS],
        *priorities.hazards(float(at[table.STATUS]), *year.truth[:, position].tolist()), at[table.MEMORY],
        state.log_population, state.scale, at[table.DONORS], *state.works,
    ])  # fmt: skip
    consent = year.table[table.CONSENT : table.CONSENT + 3, position].copy()
    rules = (site, consent, p.drivers.reversion, p.delivery, model.reach, p.conflict.war_weight, p.priorities)
    more = money.copy()
    more[k] += step
    return float(planner.harm_under(money, *rules) - planner.harm_under(more, *rules))
