"""``concord mechanisms``: what does each mechanism move, and what none?

Each mechanism of the paper that makes the claim (conf/paper.yaml) is run off and strong, and each parameter that nobody
has measured at the 5% and the 95% quantile of its prior: one at a time, for two institutions, in the same futures, at
the defaults and across the priors of all else. What it moves of conflict-years, war-years and programme money, and of
the gap between the two, with intervals that hold for all mechanisms together; what moves nothing, and why.

Notes
-----
The study lies in results/mechanisms/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same
command is given again. output=json prints rows (mechanism, parameters, low, high, level, metric, either institution,
gap, moves, why), paper.

Examples
--------
concord mechanisms study=what_bites
concord mechanisms 'axes=[effect,herding]' replications=50 draws=50 output=json
"""

from experiments.settings.options import AXES, DRAWS, MODEL, PAIR, REPLICATIONS, STUDY

OPTIONS = (*PAIR, AXES, *MODEL, REPLICATIONS, DRAWS, *STUDY)

QUESTION = "experiments.studies.mechanisms:Mechanisms"
