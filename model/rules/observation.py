"""What departments see, and what they make of it together (ODD, step 3)."""

import math

from model.parameters import Observation
from model.rules.compiled import kernel, rule
from model.rules.elementary import clip
from model.world import Floats, Integers

LONGEST_DELAY = 4
"""Quarters for which what was seen is kept; the declared range of delays cannot exceed it (tested)."""
FURTHER_DEPARTMENTS = 2.0
"""Departments whose consent a joint decision needs beside the lead's own."""
_LEAST_VARIANCE = 1e-6


@rule
def next_error(error: float, normal: float, first: bool, persistence: float) -> float:
    """Error of a picture this quarter, in standard deviations: persistent, with variance one from the ``first`` on."""
    return normal if first else persistence * error + math.sqrt(1.0 - persistence * persistence) * normal


@rule
def picture(level: float, private_error: float, common_error: float, own_driver: bool, p: Observation) -> float:
    """What a department believes a driver's level to be.

    Part of the error is common to all departments (the same cables, the same press): sharing cannot average it away.
    """
    noise = p.noise_own if own_driver else p.noise_other
    error = math.sqrt(p.common_error) * common_error + math.sqrt(1.0 - p.common_error) * private_error
    seen = clip(level + noise * error)
    return p.insight * level + (1.0 - p.insight) * seen


@kernel
def observe(
    levels: Floats,
    normals: Floats,
    common: Floats,
    role: int,
    first: bool,
    p: Observation,
    errors: Floats,
    seen: Floats,
) -> None:
    """Look at every driver in every state, as a department.

    Parameters
    ----------
    levels, normals, common : ndarray (3, n)
        The drivers, standard normals, and the error common to all departments.
    role : int
        The department, whose own driver it is.
    first : bool
        Whether this is the first quarter.
    errors, seen : ndarray (3, n)
        Its private errors and its picture: changed in place.
    """
    for k in range(3):
        for i in range(levels.shape[1]):
            errors[k, i] = next_error(errors[k, i], normals[k, i], first, p.noise_persistence)
            seen[k, i] = picture(levels[k, i], errors[k, i], common[k, i], role == k, p)


@rule
def joint_picture(defence: float, development: float, foreign: float, expert: int, lead: int, p: Observation) -> float:
    """Joint picture of a driver, from the three departments' pictures.

    Weights are precisions, but the ``expert`` department's advantage gets through only in part (hidden profiles),
    and the result is pulled towards what the ``lead`` believes (herding).
    """
    usual = 1.0 / (p.noise_other * p.noise_other + _LEAST_VARIANCE)
    best = 1.0 / (p.noise_own * p.noise_own + _LEAST_VARIANCE)
    heard = usual + (1.0 - p.hidden_profiles) * (best - usual)
    w0 = heard if expert == 0 else usual
    w1 = heard if expert == 1 else usual
    w2 = heard if expert == 2 else usual
    pooled = (w0 * defence + w1 * development + w2 * foreign) / (w0 + w1 + w2)
    leading = defence if lead == 0 else (development if lead == 1 else foreign)
    return p.herding * leading + (1.0 - p.herding) * pooled


@rule
def adopted(own: float, joint: float, shared: float) -> float:
    """A department's picture after shared analysis of degree ``shared`` (0: its own, exactly)."""
    return (1.0 - shared) * own + shared * joint


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
def recall(newer: Floats, older: Floats, part: float, role: int, p: Observation, told: Floats) -> None:
    """Picture that a department has of how things stood between two past quarters, into ``told`` (3, n).

    Parameters
    ----------
    newer, older : ndarray (3, 3, n)
        Of either quarter the drivers, the department's private errors and the common errors.
    part : float
        How far from the newer towards the older.
    """
    for k in range(3):
        for i in range(told.shape[1]):
            level = aged(newer[0, k, i], older[0, k, i], part)
            private = aged_error(newer[1, k, i], older[1, k, i], part, p.noise_persistence)
            common = aged_error(newer[2, k, i], older[2, k, i], part, p.noise_persistence)
            told[k, i] = picture(level, private, common, role == k, p)


@kernel
def share(told: Floats, lead: Integers, degree: float, p: Observation, pictures: Floats) -> None:
    """Let departments adopt a joint picture to some degree, in place.

    Parameters
    ----------
    told : ndarray (3 departments, 3 drivers, n)
        What departments tell one another.
    lead : ndarray (n,)
        The department that leads the analysis of each state.
    degree : float
        Of shared analysis.
    pictures : ndarray (3 departments, 3 drivers, n)
        Departments' own pictures: changed in place.
    """
    for k in range(3):
        for i in range(told.shape[2]):
            joint = joint_picture(told[0, k, i], told[1, k, i], told[2, k, i], k, lead[i], p)
            for d in range(3):
                pictures[d, k, i] = adopted(pictures[d, k, i], joint, degree)
