"""``concord forecast``: how much conflict lies ahead, and how good were such forecasts?

Each future has parameters of its own, one of the sets that the calibration keeps: intervals hold the uncertainty of
parameters, shocks and transitions. The world stands on 1 January of first: concord import makes it. With acd, panel
and borders the forecast is scored against that record beside a yearly chain of six coefficients (fitted to what the
files say of the years before), persistence (the last year's share, with an interval of past changes) and a constant
(the mean share so far); an interval score is better when lower. It is no forecast for any named state.

Notes
-----
Every forecaster is scored on the same states: those
of the world that the record has from the year before on.
Then, unless a calibration is named, one is made for each start of what the files say of the years before it (a minute
or two each); a calibration that is named may have seen the years scored (in_sample). Unless a world is named the files
make it, of what was known before; with origins they make one for each. What is in sample is in no mean.
output=json prints years (share_active, share_at_war: median, low, high), states
(probabilities by year), and scores with a record; refitted: what was estimated, by start.

Examples
--------
concord forecast world=csv world.path=my_states.csv first=2009 years=10 output=json
concord forecast 'origins=[1994,1999,2004]' years=5 acd=acd.csv panel=p.csv borders=b.csv region=africa
"""

from experiments.settings.kinds import Number, Whole, Wholes, YesNo
from experiments.settings.options import (
    ACD,
    BORDERS,
    CALIBRATION,
    FIRST,
    INSTITUTION,
    PANEL,
    REGION,
    REPLICATIONS,
    SEED,
    STUDY,
    WORLD,
    YEAR,
    Option,
)

YEARS = Option("years", Whole(1, 100, of="a whole number of years"), "how many years ahead")
COVERAGE = Option("coverage", Number(0.5, 0.99), "how often a forecast interval should hold")
STATES = Option("states", YesNo(), "name the likeliest active states in the table, too (JSON and CSV have all)")
ORIGINS = Option(
    "origins",
    Wholes(YEAR, optional=True),
    "first years of several forecasts, scored side by side; first= does not count",
)

OPTIONS = (
    FIRST,
    ORIGINS,
    YEARS,
    INSTITUTION,
    WORLD,
    CALIBRATION,
    ACD,
    PANEL,
    BORDERS,
    REGION,
    SEED,
    REPLICATIONS,
    COVERAGE,
    STATES,
    *STUDY,
)

QUESTION = "experiments.records.origins_study:forecast_study"
