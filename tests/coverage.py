"""How often intervals of a family hold together: ``python -m tests.coverage 2000`` prints the table (minutes).

Twelve columns share half their variance, as institutions share their replications. Some are made sparse (most
replications are zero, as where a mechanism seldom acts) or skewed; the others are normal. Of 400 families of each kind
and number of replications 94.5% to 96.8% held (standard error 1.1%), and no dense column was wider than Bonferroni's.
"""

import math
import sys

import numpy as np
from scipy import stats

from experiments.statistics.arrays import Floats
from experiments.statistics.family import shape_of, simultaneous_intervals
from experiments.statistics.intervals import CONFIDENCE

COLUMNS = 12
KINDS = ("normal", "mixed", "sparse", "skewed", "very_sparse")
_SPARSE = {
    "mixed": {8: (0.27, False), 9: (0.27, True), 10: (0.10, False), 11: (0.05, True)},
    "sparse": {6: (0.05, True), 7: (0.10, True), 8: (0.15, True), 9: (0.20, True), 10: (0.27, True), 11: (0.35, True)},
    "very_sparse": {9: (0.02, False), 10: (0.03, True), 11: (0.05, True)},
}
"""By kind: which columns are sparse, in which share of replications they move, and whether log-normally."""


def sample(kind: str, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw a family (n, columns) and give its true means (columns,)."""
    x = (rng.standard_normal((n, 1)) + rng.standard_normal((n, COLUMNS))) / math.sqrt(2)
    mean, moves = np.zeros(COLUMNS), rng.random((n, COLUMNS))
    lognormal = range(1, COLUMNS, 2) if kind == "skewed" else ()
    for column in lognormal:
        x[:, column], mean[column] = np.exp(x[:, column]), math.exp(0.5)
    for column, (share, skewed) in _SPARSE.get(kind, {}).items():
        size, each = (np.exp(x[:, column]), math.exp(0.5)) if skewed else (1.0 + x[:, column], 1.0)
        x[:, column], mean[column] = np.where(moves[:, column] < share, size, 0.0), share * each
    return x, mean


def family_coverage(kind: str, n: int, families: int, resamples: int = 999) -> tuple[float, float]:
    """Share of families all of whose intervals hold the truth, and the widest dense one, where Bonferroni's is 1."""
    held, widest = 0, 0.0
    value = stats.t.isf((1 - CONFIDENCE) / (2 * COLUMNS), n - 1)
    for family in range(families):
        rng = np.random.default_rng([KINDS.index(kind), n, family])
        x, mean = sample(kind, n, rng)
        _, low, high = np.array(simultaneous_intervals(x, seed=family, resamples=resamples)).T
        # Bounds of nan bound nothing, and so miss nothing.
        held += not np.any((low > mean) | (high < mean))
        dense = [not (shape.sparse or shape.skewed) for shape in map(shape_of, x.T)]
        width = (high - low)[dense] / (2 * value * x[:, dense].std(axis=0, ddof=1) / math.sqrt(n))
        widest = max(widest, float(width.max()))
    return held / families, widest


def main(families: int) -> None:
    """Print coverage of each kind of family at 200 and 1,000 replications."""
    print(f"{'family':12} {'n':>5}  all hold   widest dense / Bonferroni  ({families:,} families each)")
    for kind in KINDS:
        for n in (200, 1000):
            held, widest = family_coverage(kind, n, families)
            print(f"{kind:12} {n:5}  {held:.3f}      {widest:.3f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
