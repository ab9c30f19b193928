"""Departments' theories of the world: the lens through which each sees where conflict begins and where it ends.

A lens is a log-hazard a quarter in its department's own variables alone. Defence looks at conflict's past and its
neighbours, development at mortality and size, foreign affairs at exclusion.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NAMES = (
    "defence_onset_constant", "defence_onset_memory", "defence_onset_neighbour",
    "development_onset_constant", "development_onset_deprivation", "development_onset_population",
    "foreign_onset_constant", "foreign_onset_exclusion",
    "defence_ending_constant", "defence_ending_duration", "defence_ending_war",
    "development_ending_constant", "development_ending_deprivation", "development_ending_population",
    "foreign_ending_constant", "foreign_ending_exclusion",
)  # fmt: skip
"""Coefficients in their order: for onset and ending, of defence, development and foreign affairs."""


@dataclass(frozen=True, eq=False)
class Lenses:
    """Lenses as the record before a start tells them.

    Attributes
    ----------
    estimate : ndarray (16,)
        Coefficients, in the order of `NAMES`.
    covariance : ndarray (16, 16)
        Joint sampling covariance of all.
    factor : ndarray (16, 16)
        See `factor_of`.
    """

    estimate: npt.NDArray[np.float64]
    covariance: npt.NDArray[np.float64]
    factor: npt.NDArray[np.float64]


def factor_of(covariance: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Factor a covariance (n, n): times n standard normals it is errors with that covariance (n, n).

    Machines differ in its last bits, so that a run must never work it out anew: it is kept beside the lenses.
    """
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def _plain() -> Lenses:
    """Lenses without errors, about as all states' record to 2000 has them, for worlds that bring none."""
    onset, ending = (-5.5, 3.0, 0.7, -7.2, 3.6, 0.26, -5.0, 1.2), (-0.6, -0.95, -0.85, -2.1, -0.2, -0.3, -2.0, -1.9)
    nothing = np.zeros((len(NAMES), len(NAMES)))
    return Lenses(np.array([*onset, *ending]), nothing, nothing)


PLAIN = _plain()
