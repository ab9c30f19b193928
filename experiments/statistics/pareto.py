"""A search for what no other candidate beats on several objectives at once, and how good a front is.

The optimiser is pymoo's (Blank and Deb 2020), because it can be asked for a whole population and told what came of it,
so that the study's own runner evaluates it, and because all its randomness comes from one seed. Less is better in
every objective.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.statistics.arrays import Flags, Floats, Integers


class Search:
    """NSGA-II over the unit cube, asked and told generation by generation.

    Parameters
    ----------
    variables, objectives : int
        Coordinates of a candidate, and values by which it is judged.
    population : int
        Candidates of a generation.
    first : ndarray (k, variables)
        Candidates that the first generation holds, at most `population`; the others are drawn.
    seed : int
        The same seed and the same values give the same candidates.

    References
    ----------
    Deb, Pratap, Agarwal and Meyarivan (2002), IEEE Transactions on Evolutionary Computation 6(2), 182-197.
    Blank and Deb (2020), "pymoo: multi-objective optimization in Python", IEEE Access 8, 89497-89509.
    """

    def __init__(self, variables: int, objectives: int, population: int, first: Floats, seed: int) -> None:
        # Half a second to import, for the one command that searches.
        from pymoo.algorithms.moo.nsga2 import NSGA2, RankAndCrowding
        from pymoo.core.problem import Problem

        drawn = np.random.default_rng(seed).random((population - len(first), variables))
        self._asked: Any = None
        self._algorithm = NSGA2(
            pop_size=population,
            sampling=np.vstack([first, drawn]),
            # Crowding that thins a front of more than two objectives evenly.
            survival=RankAndCrowding(crowding_func="mnn"),
        )
        problem = Problem(n_var=variables, n_obj=objectives, xl=0.0, xu=1.0)
        self._algorithm.setup(problem, seed=seed, termination=("n_gen", np.iinfo(np.int64).max))

    def ask(self) -> Floats:
        """Propose candidates (population or fewer, variables)."""
        self._asked = self._algorithm.ask()
        return np.asarray(self._asked.get("X"), np.float64)

    def tell(self, values: Floats) -> None:
        """Say what came of the candidates last asked for (candidates, objectives)."""
        self._asked.set("F", values)
        for candidate in self._asked:
            candidate.evaluated = {"F", "G", "H"}
        self._algorithm.tell(infills=self._asked)


def ranks(values: npt.ArrayLike) -> Integers:
    """Rank candidates: 0 if nothing beats them, 1 if only those of rank 0 do, and so on.

    Parameters
    ----------
    values : array_like (n, objectives)
        Less is better.

    Returns
    -------
    ndarray (n,)
    """
    from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

    found = np.asarray(values, np.float64)
    _, rank = NonDominatedSorting().do(found, return_rank=True)
    return np.asarray(rank, np.int64)


def undominated(values: npt.ArrayLike) -> Flags:
    """Tell which candidates no other one beats: at least as good in everything, and better in something (n,)."""
    return np.asarray(ranks(values) == 0)


def hypervolume(values: npt.ArrayLike, best: Floats, worst: Floats) -> float:
    """Part of the box from `best` to `worst` that is beaten by some candidate.

    Parameters
    ----------
    values : array_like (n, objectives)
        Less is better. What lies beyond the box counts up to its sides.
    best, worst : ndarray (objectives,)
        Corners of the box.

    Returns
    -------
    float
        From 0 to 1.

    References
    ----------
    Zitzler and Thiele (1999), IEEE Transactions on Evolutionary Computation 3(4), 257-271.
    """
    from pymoo.indicators.hv import Hypervolume

    scaled = np.maximum((np.asarray(values, np.float64) - best) / (worst - best), 0.0)
    inside = scaled[(scaled < 1.0).all(axis=1)]
    if not len(inside):
        return 0.0
    return float(Hypervolume(ref_point=np.ones(scaled.shape[1])).do(inside))
