# %% [markdown]
# # A sweep and its map
#
# A sweep lives through the same futures at every point of a design. On a grid of two assumptions the result is a
# map: where do pools do better than separate departments, and where is it not known?

# %%
import experiments as concord

study = concord.sweep(
    "design=grid",
    "axes={effect:[0.005,0.02,0.035,0.05],approval_delay:[0.2,1,1.8]}",
    institutions=["siloed", "uk_pools"],
    replications=100,  # small: replications=3
    quarters=80,  # small: quarters=8
    study="delay_and_effect",
)
study.points()

# %%
runs = study.runs()
means = runs.groupby(["effect", "approval_delay", "institution"])["conflict_years"].mean().unstack()
(means["uk_pools"] - means["siloed"]).unstack()

# %% [markdown]
# The study has this map among its figures, white where the sign is not told; the table behind says how sure each
# cell is.

# %%
[path.name for path in study.figures]

# %% [markdown]
# Long sweeps say beforehand what they take. `precision` adds replications at each point until its interval is narrow
# enough.

# %%
print(
    concord.sweep(
        "axes=[effect,complementarity]",
        "design=sobol",
        "design.points=64",
        precision=0.5,
        dry_run=True,
    ).text()
)

# %% [markdown]
# A single row can be had again, by itself and to the bit, from a shell as well.

# %%
row, future = concord.replay(study=f"sweep/{study.folder.name}", row=5)
print(row.command)
assert future.outcomes["conflict_years"] == study.runs(everything=True)["conflict_years"][5]
