# %% [markdown]
# # Why it wins, or does not
#
# A difference has causes: ingredients of the institution, what is known, and assumptions on which the sign hangs.

# %% [markdown]
# **Ingredients.** Every combination of what pools are made of lives through the same futures; Shapley values share
# out the difference.

# %%
import experiments as concord

parts = concord.attribute(
    institution="three_ds",
    level="defaults",
    replications=100,  # small: replications=3
    quarters=80,  # small: quarters=8
    study="ingredients",
)
print(parts.text())

# %% [markdown]
# **Knowledge.** What would it be worth to know where danger is, what works, who consents, what others do? And how
# much of that does shared analysis recover?

# %%
knowing = concord.knowledge(
    replications=100,  # small: replications=3
    quarters=80,  # small: quarters=8
    study="knowing",
)
print(knowing.text())

# %% [markdown]
# **Hinges.** Across what nobody has measured, which assumptions move the difference, and where does it turn round?
# The comparison says which; a break-even scans one closely.

# %%
answer = concord.compare(
    institutions=["three_ds"],
    hypothesis="none",
    replications=50,  # small: replications=3
    draws=200,  # small: draws=4
    quarters=80,  # small: quarters=8
    study="hinges",
)
hinges = answer.table("hinges")
hinges.sort_values("moves_gap", key=abs, ascending=False).head()

# %%
turn = concord.breakeven(
    institution="three_ds",
    assumptions=["diplomacy_on_ending"],
    steps=9,  # small: steps=3
    replications=100,  # small: replications=3
    quarters=80,  # small: quarters=8
    study="turn",
)
print(turn.text())
