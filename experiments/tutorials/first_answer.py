# %% [markdown]
# # A first answer
#
# Do joint ministries prevent more conflict than siloed ones, for the same money? Every command of `concord` is a
# function. This asks the question of two institutions; what is compared with always takes part. In the file, a comment
# `# small:` says with which numbers our tests run a line: take these, too, if you only want to see it work.

# %%
import experiments as concord

study = concord.compare(
    institutions=["three_ds", "uk_pools"],
    replications=200,  # small: replications=3
    draws=200,  # small: draws=4
    quarters=80,  # small: quarters=8
    study="first_answer",
)
study

# %% [markdown]
# The study lies in a folder and can be opened another day; given again, the same call only reads it. Verdicts have
# two answers each: which way (better, worse, open), and whether by as much as was said beforehand to matter.

# %%
print(study.text())
study.verdicts()[["statement", "level", "direction", "size"]]

# %% [markdown]
# Behind a figure stands its table, behind tables stand runs: one row for each, with the parameters that were drawn.

# %%
picture = study.figure("difference_vs_siloed")
picture.table

# %%
runs = study.runs("across_ranges")
runs.groupby("institution")["conflict_years"].describe()

# %% [markdown]
# Institutions share futures: compare them future by future, never by their means alone.

# %%
paired = runs.pivot(index="replication", columns="institution", values="conflict_years")
gain = paired["siloed"] - paired["uk_pools"]
print(f"{gain.mean():.2f} fewer conflict-years under pools, in {(gain > 0).mean():.0%} of futures fewer")

# %%
again = concord.open_study(study.folder)
assert again.runs("across_ranges").equals(runs)
