# %% [markdown]
# # Your own data, to a forecast
#
# UCDP's Armed Conflict Dataset, a panel of countries and a list of borders, in the formats in which they are
# published (`conf/world/SOURCES.md` says which columns), make a world for any year. They are not part of this
# project: put them into your folder under these names.

# %%
import experiments as concord

files = {"acd": "acd.csv", "panel": "panel.csv", "borders": "borders.csv"}
year = 2009  # small: year=1993
concord.import_(**files, year=year, region="africa", to="my_world.csv")

# %% [markdown]
# What is filled in, repaired or left out is said on standard error. How does conflict behave in these records,
# beside the model?

# %%
record = concord.patterns(
    **files,
    region="africa",
    first=1989,
    last=2008,  # small: last=1995
)
record

# %% [markdown]
# A forecast is of how much conflict lies ahead in all, never of a named state. With the files it is scored, beside a
# chain of yearly regressions, persistence and a constant; a calibration that is named is taken as it is, otherwise
# one is made of what was known before the first year (a minute or two).

# %%
ahead = concord.forecast(
    "world=csv",
    "world.path=my_world.csv",
    calibration="africa_1989_2008",
    first=year,
    years=10,  # small: years=3
    replications=200,  # small: replications=20
    study="ahead",
)
print(ahead.text())

# %% [markdown]
# The same world takes the question that everything here is about.

# %%
study = concord.compare(
    "world=csv",
    "world.path=my_world.csv",
    institutions=["uk_pools"],
    hypothesis="none",
    replications=100,  # small: replications=3
    draws=100,  # small: draws=4
    quarters=80,  # small: quarters=8
    study="mine",
)
study.table("differences_vs_siloed")
