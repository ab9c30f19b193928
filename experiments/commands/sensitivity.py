"""``concord sensitivity``: which assumptions drive the difference?

Screens every parameter by Morris' elementary effects, then estimates first-order, total and second-order Sobol indices
of the parameters with the largest effects, of all others together, with 95% intervals: of the difference, and of each
outcome, from points all over the ranges. Each parameter is varied by its declared prior (concord parameters), or evenly
over a range that is written out ('axes={veto:[0.1,0.5]}'): indices are over these. What luck of the futures adds is
said and taken out. Says whether the indices have converged. metric= is what screening goes by.

Notes
-----
The study lies in results/sensitivity/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same
command is given again. output=json prints screening, indices, pairs, quality, converged.

Examples
--------
concord sensitivity study=what_drives_it
concord sensitivity metric=war_years 'axes=[effect,complementarity,herding]' base=512 output=json
"""

from experiments.settings.kinds import Whole
from experiments.settings.options import AXES, METRIC, MODEL, PAIR, REPLICATIONS, STUDY, Option

MORRIS = Option("morris", Whole(2), "Morris trajectories: points are so many times one more than the parameters varied")

KEEP = Option("keep", Whole(1), "parameters that get Sobol indices of their own; all others together get one more")

BASE = Option(
    "base",
    Whole(2),
    "points of each of the 16 parts from which Sobol indices are estimated; a part has futures of its own",
)

OPTIONS = (*PAIR, METRIC, AXES, MORRIS, KEEP, BASE, *MODEL, REPLICATIONS, *STUDY)

QUESTION = "experiments.studies.sensitivity:Sensitivity"
