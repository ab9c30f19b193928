# %% [markdown]
# # Your own institution
#
# An institution is one file in `conf/institution`: what it is called, its pools, and the degrees to which it does
# things jointly. Whatever it leaves out stays as in separate departments. `concord parameters` says what each degree
# means.

# %%
import experiments as concord
from experiments.settings import places
from model.errors import InvalidInput

file = places.CONF / "institution" / "joint_desk.yaml"
text = """
label: Joint desk
pools:
  - {name: Joint desk, region: all, lead: foreign}
values:
  shared_analysis: 1.0
  pooling: 0.5
  voteing: 1.0
"""
file.write_text(text, encoding="utf-8")

# %% [markdown]
# A mistake costs one line, with the nearest right name.

# %%
try:
    concord.run(institution="joint_desk")
except InvalidInput as error:
    print(error)

# %%
file.write_text(text.replace("voteing", "voting"), encoding="utf-8")
future = concord.run(institution="joint_desk", seed=7, quarters=80)  # small: quarters=8
future.outcomes["conflict_years"]

# %% [markdown]
# One future is luck. The same question as ever, about your own institution alone; `override` is for one of them.

# %%
study = concord.compare(
    "override.joint_desk.approval_delay=0",
    institutions=["joint_desk"],
    hypothesis="none",
    replications=200,  # small: replications=3
    draws=200,  # small: draws=4
    quarters=80,  # small: quarters=8
    study="joint_desk",
)
study.table("differences_vs_siloed")

# %% [markdown]
# As a Mesa model it is stepped, collected and batched like any other; `replication` names the future.

# %%
from mesa.batchrunner import batch_run

rows = batch_run(
    concord.Concord,
    {
        "institution": ["siloed", "joint_desk"],
        "replication": [0, 1],
        "quarters": 40,  # small: quarters=4
    },
    display_progress=False,
)
[(row["institution"], row["replication"], row["conflict_years"]) for row in rows]

# %%
file.unlink()
