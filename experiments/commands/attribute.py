"""``concord attribute``: which ingredient of an institution does the work?

Every combination of the institution's ingredients (conf/ingredients.yaml says which parameters belong to which, costs
included) lives through the same draws and futures as siloed, those of concord compare: 2 to the power of k
institutions, 256 for uk_pools; the whole difference is the one that a comparison of the same size gives. Each
ingredient's Shapley share of the difference, what it does by itself and last, and interactions, with 95% intervals.
The study lies in results/attribute/<study>/ with a README. Stopped (Ctrl-C), it goes on where it was when the same
command is given again. output=json prints conflict_years, ingredients (share, alone, last), interactions.

Examples
--------
concord attribute institution=stability_fund study=dutch
concord attribute level=defaults replications=200 output=json
"""

from experiments.settings.options import FUTURES, INSTITUTION, LEVEL, MODEL, REPLICATIONS, STUDY

OPTIONS = (INSTITUTION, LEVEL, *MODEL, REPLICATIONS, FUTURES, *STUDY)

QUESTION = "experiments.studies.attribute:Attribute"
