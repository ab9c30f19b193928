"""What the world looks like to those who decide: true outlooks, lenses' views, and what programmes seem to prevent.

Kernels over all states; ``s`` (rows, n) is the table of `model.rules.table`, a ``condition`` (4, n) status, quarters
fought and at peace and memory, now or as known.
"""

from model.parameters import Conflict, Observation, Parameters
from model.rules.compiled import kernel, rule
from model.rules.delivery import advised, treated
from model.rules.effects import Reach
from model.rules.observation import (
    believed,
    believed_works,
    ending_views,
    heard,
    onset_views,
    through_lens,
    visible,
)
from model.rules.priorities import expected_harm, guarded_harm, hazards, outlook, preventable_harm, prevented, stakes
from model.rules.table import ADVISED, CONSENT, DONORS, DRIVER, EFFORT, LESSON, MISSION, ORIGIN, PRECISION, STATUS
from model.rules.trust import without_consent
from model.world import Floats

Four = tuple[float, float, float, float]


@kernel
def outlooks(
    s: Floats, condition: Floats, next_door: Floats, log_population: Floats, p: Conflict, reach: Reach, found: Floats
) -> None:
    """True log-hazards of onset, escalation and ending without further programmes, into ``found`` (3, n)."""
    for i in range(s.shape[1]):
        drivers = (s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i])
        path = (s[ORIGIN, i], s[ORIGIN + 1, i], s[ORIGIN + 2, i])
        found[0, i], found[1, i], found[2, i] = outlook(
            condition[0, i], condition[1, i], drivers, path, next_door[i], condition[3, i], condition[2, i],
            log_population[i], s[MISSION, i], p, reach,
        )  # fmt: skip


@kernel
def views(
    s: Floats, known: Floats, near: Floats, log_population: Floats, truth: Floats, lenses: Floats, p: Observation,
    found: Floats,
) -> None:  # fmt: skip
    """Log-hazards of onset and ending that departments would believe without noise, into ``found`` (3, 2, n).

    Parameters
    ----------
    known : ndarray (4, n)
        The condition as it is known.
    near, log_population : ndarray (n,)
        Neighbours known to be in conflict; people.
    truth : ndarray (3, n)
        From `outlooks` at that condition.
    lenses : ndarray (16,)
        See `model.lenses`.
    """
    for i in range(s.shape[1]):
        deprivation, exclusion, people = s[ORIGIN + 1, i], s[ORIGIN + 2, i], log_population[i]
        begins = onset_views(known[3, i], 1.0 if near[i] > 0.0 else 0.0, deprivation, people, exclusion, lenses)
        war = 1.0 if known[0, i] > 1.5 else 0.0
        ends = ending_views(known[1, i], war, deprivation, people, exclusion, lenses)
        for d in range(3):
            found[d, 0, i] = through_lens(d, begins, truth[0, i], p)
            ending = through_lens(d, ends, truth[2, i], p)
            found[d, 1, i] = ending if known[0, i] > 0.0 else 0.0


@rule
def _per_effort(
    i: int, status: float, memory: float, believed_hazards: tuple[float, float, float], s: Floats, people: float,
    p: Parameters, reach: Reach,
) -> Four:  # fmt: skip
    """Fall in harm per unit of effort of each instrument, and of a mission's strength, at believed hazards."""
    at_stake = stakes(status, believed_hazards, people, p.conflict.war_weight, p.priorities)
    drivers = (s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i])
    safe = treated(s[EFFORT, i], drivers[0], p.delivery)
    forces = advised(treated(s[EFFORT + 2, i], drivers[2], p.delivery), s[ADVISED, i], p.delivery)
    falls = prevented(at_stake, memory, drivers, safe, forces, reach)
    return falls[0], falls[1], falls[2], guarded_harm(at_stake, memory, reach)


@rule
def _met(k: int, i: int, status: float, s: Floats, p: Parameters) -> float:
    """Consent that an instrument meets: what is granted and, of security work in a war, what the donor goes without."""
    granted: float = s[CONSENT + k, i]
    return granted + without_consent(status, granted, 1.0, p.trust) if k == 0 else granted


@kernel
def usual(s: Floats, scale: Floats) -> Four:
    """Means over states of consent to each line of engagement and of absorptive ``scale`` (n,)."""
    first, second, third, room, n = 0.0, 0.0, 0.0, 0.0, float(s.shape[1])
    for i in range(s.shape[1]):
        first += s[CONSENT, i]
        second += s[CONSENT + 1, i]
        third += s[CONSENT + 2, i]
        room += scale[i]
    return first / n, second / n, third / n, room / n


@kernel
def preventable(
    role: int,
    picture: Floats,
    s: Floats,
    known: Floats,
    truth: Floats,
    scale: Floats,
    normals: Floats,
    log_population: Floats,
    p: Parameters,
    reach: Reach,
    harm: Floats,
) -> None:
    """Preventable harm as a department believes, into ``harm`` (4, n).

    Per first £m of security, aid and diplomacy, and per full mission.

    Parameters
    ----------
    role : int
        The department.
    picture : ndarray (2, n)
        Its log-hazards of onset and ending.
    known, truth : ndarray (4, n), (3, n)
        The condition as known, and true log-hazards at it, of which escalation is known to all.
    scale, log_population : ndarray (n,)
        Absorptive scale, people.
    normals : ndarray (3, n)
        What works where.
    """
    q, common = p.observation, usual(s, scale)
    seen = visible(p.degrees.donor_visibility, q)
    for i in range(s.shape[1]):
        expected = hazards(known[0, i], picture[0, i], truth[1, i], picture[1, i])
        falls = _per_effort(i, known[0, i], known[3, i], expected, s, log_population[i], p, reach)
        room = believed(scale[i], common[3], q.unknown_consent)
        for k in range(3):
            part = heard(role, k, p.degrees.shared_analysis)
            factor = believed_works(normals[k, i], s[PRECISION + k, i], s[LESSON + k, i], part, p.effects, q)
            consent = believed(_met(k, i, known[0, i], s, p), common[k], q.unknown_consent)
            harm[k, i] = preventable_harm(falls[k] * factor, consent, room, s[DONORS, i], seen)
        harm[3, i] = falls[3]


@kernel
def judged(
    s: Floats,
    truth: Floats,
    scale: Floats,
    works: Floats,
    log_population: Floats,
    p: Parameters,
    reach: Reach,
    danger: Floats,
    need: Floats,
) -> None:
    """New harm to be expected (n,) and preventable harm per first £m (3, n), in truth and all donors seen, in place."""
    for i in range(s.shape[1]):
        status = s[STATUS, i]
        true = hazards(status, truth[0, i], truth[1, i], truth[2, i])
        danger[i] = expected_harm(status, true, log_population[i], p.conflict.war_weight, p.priorities)
        falls = _per_effort(i, status, s[STATUS + 3, i], true, s, log_population[i], p, reach)
        for k in range(3):
            fall = falls[k] * works[k, i]
            need[k, i] = preventable_harm(fall, _met(k, i, status, s, p), scale[i], s[DONORS, i], 1.0)


@kernel
def picture_error(pictures: Floats, truth: Floats, status: Floats, known: Floats) -> float:
    """Mean absolute error of pictures (3, 2, n): of onset in all states, of ending where a conflict is and is known."""
    total, count = 0.0, 0.0
    for i in range(pictures.shape[2]):
        fights = status[i] > 0.0 and known[i] > 0.0
        for d in range(3):
            total += abs(pictures[d, 0, i] - truth[0, i])
            total += abs(pictures[d, 1, i] - truth[2, i]) if fights else 0.0
        count += 6.0 if fights else 3.0
    return total / count
