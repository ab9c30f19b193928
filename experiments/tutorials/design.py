# %% [markdown]
# # Which institution should be built?
#
# A search over what institutions are made of, for several objectives at once. What it finds is judged in draws that
# the search never saw, beside institutions that there are.

# %%
import experiments as concord

study = concord.design(
    institutions=["siloed_best"],
    budget=400,  # small: budget=8
    population=40,  # small: population=8
    draws=48,  # small: draws=6
    replications=4,  # small: replications=1
    judged=100,  # small: judged=4
    quarters=80,  # small: quarters=8
    study="built",
)
print(study.text())

# %% [markdown]
# No institution of the front is best in everything: each is beaten by none in all objectives. The tables have them
# all.

# %%
{name: study.table(name).shape for name in study.tables}

# %% [markdown]
# `save="found"` would write the best in the first objective as `conf/institution/found.yaml`; from there it is
# compared, swept and explained like any other. Rows go to a spreadsheet with units and labels:

# %%
concord.export(study="design/built", table="judged", to="built.csv")
