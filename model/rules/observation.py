"""What departments know of the world, and what they make of it together (ODD, step 3).

Nobody sees hazards. Each department has a lens: where conflict begins and ends as its own variables tell it, with the
errors of what the record before could tell, and noise beside. What works where it learns from results.
"""

import math

from model.parameters import Degrees, Effects, Observation
from model.rules.compiled import kernel, kernel_with_memory, rule
from model.rules.elementary import exp, log
from model.world import Floats, Integers

Three = tuple[float, float, float]

LONGEST_DELAY = 4
"""Quarters for which what was seen is kept; the declared range of delays cannot exceed it (tested)."""
FURTHER_DEPARTMENTS = 2.0
"""Departments whose consent a joint decision needs beside the lead's own."""


@rule
def next_error(error: float, normal: float, first: bool, persistence: float) -> float:
    """Error of a picture this quarter, in standard deviations: persistent, with variance one from the ``first`` on."""
    return normal if first else persistence * error + math.sqrt(1.0 - persistence * persistence) * normal


@rule
def _opens(quarter: int, pooling: float) -> bool:
    """Whether pictures are asked for this quarter: programmes are decided, or pooling is reviewed."""
    return quarter % 4 == 0 or (quarter % 4 == 3 and pooling > 0.0)


@rule
def asked(quarter: int, degrees: Degrees, p: Observation) -> bool:
    """Whether pictures of this quarter are asked for, now or late where analysis is shared."""
    delay = FURTHER_DEPARTMENTS * p.analysis_delay
    whole = int(delay)
    told = _opens(quarter + whole, degrees.pooling)
    told = told or (delay > whole and _opens(quarter + whole + 1, degrees.pooling))
    return _opens(quarter, degrees.pooling) or (degrees.shared_analysis > 0.0 and told)


@rule
def visible(donor_visibility: float, p: Observation) -> float:
    """Part of partners' spending that departments see."""
    return 1.0 - p.unknown_others * (1.0 - donor_visibility)


@rule
def heard(role: int, instrument: int, shared: float) -> float:
    """Part of an instrument's results that reaches a department: all of its own, of others' what analysis shares."""
    return 1.0 if role == instrument else shared


@kernel_with_memory
def drawn_lenses(estimate: Floats, factor: Floats, normals: Floats) -> Floats:
    """Draw this run's lenses (16,): as the record before told them, with its errors, which are joint."""
    found = estimate.copy()
    for row in range(found.shape[0]):
        for column in range(found.shape[0]):
            found[row] += factor[row, column] * normals[column]
    return found


@rule
def onset_views(
    memory: float, neighbour: float, deprivation: float, log_population: float, exclusion: float, lenses: Floats
) -> Three:
    """Log-hazards of onset through the lenses of defence, development and foreign affairs."""
    return (
        lenses[0] + lenses[1] * memory + lenses[2] * neighbour,
        lenses[3] + lenses[4] * deprivation + lenses[5] * log_population,
        lenses[6] + lenses[7] * exclusion,
    )


@rule
def ending_views(
    quarters: float, war: float, deprivation: float, log_population: float, exclusion: float, lenses: Floats
) -> Three:
    """Log-hazards of a conflict's end through the lenses of defence, development and foreign affairs."""
    return (
        lenses[8] + lenses[9] * log(1.0 + 0.25 * quarters) + lenses[10] * war,
        lenses[11] + lenses[12] * deprivation + lenses[13] * log_population,
        lenses[14] + lenses[15] * exclusion,
    )


@rule
def through_lens(role: int, views: Three, truth: float, p: Observation) -> float:
    """What a department would believe without noise: its lens, pulled to the lenses' mean; what is known is true."""
    own = views[0] if role == 0 else (views[1] if role == 1 else views[2])
    mean = (views[0] + views[1] + views[2]) / 3.0
    lens = p.lens_alikeness * mean + (1.0 - p.lens_alikeness) * own
    return p.unknown_where * lens + (1.0 - p.unknown_where) * truth


@rule
def picture(view: float, private_error: float, common_error: float, p: Observation) -> float:
    """What a department believes a log-hazard to be.

    Part of the error is common to all departments (the same cables, the same press): sharing cannot average it away.
    """
    error = math.sqrt(p.common_error) * common_error + math.sqrt(1.0 - p.common_error) * private_error
    return view + p.unknown_where * p.lens_noise * error


@rule
def joint_picture(defence: float, development: float, foreign: float, lead: int, p: Observation) -> float:
    """Joint picture of a log-hazard, from the three departments' pictures.

    Their average, but what only one department says is heard in part (hidden profiles): the picture that is farther
    from the middle one is pulled towards it. The result is pulled towards what the ``lead`` believes (herding).
    """
    low = min(defence, development, foreign)
    high = max(defence, development, foreign)
    middle = ((defence + development) + foreign) - low - high
    alone = high - middle if high - middle > middle - low else low - middle
    pooled = ((defence + development) + foreign - p.hidden_profiles * alone) / 3.0
    leading = defence if lead == 0 else (development if lead == 1 else foreign)
    return p.herding * leading + (1.0 - p.herding) * pooled


@rule
def adopted(own: float, joint: float, shared: float) -> float:
    """A department's picture after shared analysis of degree ``shared`` (0: its own, exactly)."""
    return (1.0 - shared) * own + shared * joint


@rule
def believed(truth: float, usual: float, unknown: float) -> float:
    """What is taken to hold in a state of which part is unknown: so far, what is usual."""
    return (1.0 - unknown) * truth + unknown * usual


@rule
def works(normal: float, p: Effects) -> float:
    """How well an instrument works in a state, against what it does on average: mean 1 over states."""
    return exp(p.effect_spread * (normal - 0.5 * p.effect_spread))


@rule
def believed_works(normal: float, precision: float, lesson: float, heard: float, e: Effects, p: Observation) -> float:
    """How well a department believes an instrument to work in a state.

    ``precision`` and ``lesson`` are what results have told, of which the part ``heard`` reaches it; nothing told, it
    believes in the average. As far as it is known beforehand what works, ``normal`` says so.
    """
    told = 1.0 / (1.0 + heard * precision)
    mean, spread = heard * lesson * told, e.effect_spread
    learnt = spread * (mean - 0.5 * spread * (1.0 - told))
    return exp(p.unknown_effects * learnt + (1.0 - p.unknown_effects) * spread * (normal - 0.5 * spread))


@rule
def lesson(
    precision: float, told: float, work: float, normal: float, misled: float, p: Observation
) -> tuple[float, float]:
    """What results have told of what works after another year: precision, and precision times what they say."""
    gain = p.learning if work > 0.0 else 0.0
    return precision + gain, told + gain * normal + math.sqrt(gain) * misled


@rule
def lag(quarter: int, delay: float) -> tuple[int, int, float]:
    """Quarters between which something ``delay`` quarters old lies: the newer, the older, and how far towards it.

    Before the start, things were as at the start.
    """
    whole = int(delay)
    newer = quarter - whole
    if newer <= 0:
        return 0, 0, 0.0
    return newer, newer - 1, delay - whole


@rule
def aged(newer: float, older: float, part: float) -> float:
    """A level ``part`` of a quarter older than ``newer``."""
    return (1.0 - part) * newer + part * older


@rule
def aged_error(newer: float, older: float, part: float, persistence: float) -> float:
    """An error ``part`` of a quarter older than ``newer``, with the variance that errors have.

    Two errors averaged would be smaller than one; a late picture must not be a better one for being late.
    """
    rest = 1.0 - part
    variance = rest * rest + part * part + 2.0 * persistence * rest * part
    return (rest * newer + part * older) / math.sqrt(variance)


@kernel
def persist(normals: Floats, first: bool, p: Observation, errors: Floats) -> None:
    """Let a department's errors (2, n) move on, in place, in a quarter in which nobody asks for its pictures."""
    for k in range(2):
        for i in range(errors.shape[1]):
            errors[k, i] = next_error(errors[k, i], normals[k, i], first, p.noise_persistence)


@kernel
def look(
    views: Floats, normals: Floats, common: Floats, first: bool, p: Observation, errors: Floats, seen: Floats
) -> None:
    """Make a department's pictures of where conflict begins and ends.

    Parameters
    ----------
    views, normals, common : ndarray (2, n)
        What its lens has it believe, standard normals, and the error common to all departments.
    first : bool
        Whether this is the first quarter.
    errors, seen : ndarray (2, n)
        Its private errors and its pictures: changed in place.
    """
    for k in range(2):
        for i in range(views.shape[1]):
            errors[k, i] = next_error(errors[k, i], normals[k, i], first, p.noise_persistence)
            seen[k, i] = picture(views[k, i], errors[k, i], common[k, i], p)


@kernel
def recall(newer: Floats, older: Floats, part: float, p: Observation, told: Floats) -> None:
    """Pictures that a department has of how things stood between two past quarters, into ``told`` (2, n).

    Parameters
    ----------
    newer, older : ndarray (3, 2, n)
        Of either quarter the department's views, its private errors and the common errors.
    part : float
        How far from the newer towards the older.
    """
    for k in range(2):
        for i in range(told.shape[1]):
            seen = aged(newer[0, k, i], older[0, k, i], part)
            private = aged_error(newer[1, k, i], older[1, k, i], part, p.noise_persistence)
            common = aged_error(newer[2, k, i], older[2, k, i], part, p.noise_persistence)
            told[k, i] = picture(seen, private, common, p)


@kernel
def share(told: Floats, lead: Integers, degree: float, p: Observation, pictures: Floats) -> None:
    """Let departments adopt a joint picture to some degree, in place.

    Parameters
    ----------
    told : ndarray (3 departments, 2, n)
        What departments tell one another of onsets and ends.
    lead : ndarray (n,)
        The department that leads the analysis of each state.
    degree : float
        Of shared analysis.
    pictures : ndarray (3 departments, 2, n)
        Departments' own pictures: changed in place.
    """
    for k in range(2):
        for i in range(told.shape[2]):
            joint = joint_picture(told[0, k, i], told[1, k, i], told[2, k, i], lead[i], p)
            for d in range(3):
                pictures[d, k, i] = adopted(pictures[d, k, i], joint, degree)
