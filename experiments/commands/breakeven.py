"""``concord breakeven``: at which delay, overhead or shared error does joint stop winning?

Without assumptions=, all that nobody has measured is first tried low and high (10% and 90% quantile of each prior) in a
two-level design, for both institutions in the same draws; what moves the difference between them most (keep=) is then
looked at closely. Varies one assumption at a time evenly over its declared range, whatever its prior, for both
institutions alike, on the same futures at every value, and finds where the difference in conflict-years changes its
sign: with the values that cannot be told from it (95%), or that it never does.

Notes
-----
uk_pools.top_up is varied for that institution alone, in place of what it sets itself. metric=NAME looks at another
outcome; margin=X looks for where the institution is ahead by more than X: by so much less where less is better, else by
so much more.
The study lies in results/breakeven/<study>/ with a README, a figure and a line per assumption. Stopped (Ctrl-C), it
goes on where it was when the same command is given again. output=json prints metric, unit, margin, assumptions
(crossings, undecided, curve), hinges_on (moves_gap, sign_turns_at).

Examples
--------
concord breakeven 'assumptions=[uk_pools.top_up]' metric=participation margin=0.75 study=top_up_threshold
concord breakeven institution=stability_fund than=siloed_best 'assumptions=[approval_delay,desks]' steps=11
"""

from experiments.settings.kinds import Several, Whole
from experiments.settings.options import LEVEL, MARGIN, METRIC, MODEL, PAIR, REPLICATIONS, STUDY, Option

ASSUMPTIONS = Option(
    "assumptions",
    Several(
        also=("leading",),
        said="leading, or a list, as in 'assumptions=[approval_delay,uk_pools.top_up]', of different parameters",
    ),
    "parameters to vary, one at a time; leading: those that move the difference most",
)

KEEP = Option("keep", Whole(1), "with assumptions=leading: how many of them")

SCREENING_DRAWS = Option(
    "screening_draws",
    Whole(2),
    "with assumptions=leading: draws in which all are tried, about 256 points each",
)

STEPS = Option(
    "steps",
    Whole(3),
    "values of each assumption, evenly over its range; more where the line is crossed",
)

OPTIONS = (*PAIR, ASSUMPTIONS, KEEP, SCREENING_DRAWS, METRIC, MARGIN, STEPS, LEVEL, *MODEL, REPLICATIONS, *STUDY)

QUESTION = "experiments.studies.breakeven:Breakeven"
