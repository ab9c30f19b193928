"""``concord robustness``: which institution holds up across worlds, and what would be worth knowing first?

Worlds are draws of what nobody has measured from its priors, those of concord compare; each institution's outcome in a
world is the mean over futures. Regret, shares of worlds, percentiles and rankings, with intervals; and for every drawn
parameter the expected value of knowing it before choosing, against what shuffled worlds show. The study lies in
results/robustness/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same command is given
again. output=json prints institutions, rankings, information.

Examples
--------
concord robustness draws=500 futures=4 study=first_look
concord robustness 'institutions=[siloed_best,uk_pools]' margin=2 output=json
"""

from dataclasses import replace

from experiments.settings.kinds import Number
from experiments.settings.options import DRAWS, FUTURES, INSTITUTIONS, MARGIN, MODEL, STUDY

MARGIN_ABOVE_0 = replace(MARGIN, kind=Number(0.0, above=True))

OPTIONS = (INSTITUTIONS, MARGIN_ABOVE_0, *MODEL, DRAWS, FUTURES, *STUDY)

QUESTION = "experiments.studies.robustness:Robustness"
