"""``concord knowledge``: what is knowing worth, and what of it does shared analysis recover?

Each item of knowledge (where conflict begins and ends, what works where, who consents, what others do, how things
stand now; and all of it) is made perfect and free, all else of the institution unchanged, for two institutions in the
same futures. What that is worth in conflict-years, below zero: fewer, with 95% intervals; and which part of it shared
analysis brings to departments that had none. Where perfect knowledge is worth nothing, analysis cannot matter. In
world=planted there is much to be known: it shows that the instrument works.

Notes
-----
The study lies in results/knowledge/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same
command is given again. output=json prints items (item, institution, estimate, low, high,
recovered_by_shared_analysis), ceiling (conflict-years with the money and rules of than= and a perfect picture), runs.

Examples
--------
concord knowledge study=worth
concord knowledge world=planted level=defaults replications=100 output=json
"""

from experiments.settings.options import FUTURES, LEVEL, MODEL, PAIR, REPLICATIONS, STUDY

OPTIONS = (*PAIR, LEVEL, *MODEL, REPLICATIONS, FUTURES, *STUDY)

QUESTION = "experiments.studies.knowledge:Knowledge"
