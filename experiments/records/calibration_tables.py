"""Tables of a calibration: what is known of parameters, and what is checked of them, a frame each."""

from typing import Any

import numpy as np
import pandas as pd

from experiments.records.calibrated import Calibrated
from experiments.records.kept_draws import columns_of
from experiments.records.recovery import by_parameter, ranks
from experiments.records.stage_two import PRIORS
from model.parameters import PARAMETERS

_IDENTIFIED, _WEAKLY = 0.5, 0.9
_ENDS = (0.025, 0.975)
_BY = {
    "onset_base": "both stages",
    "termination_base": "both stages",
    **dict.fromkeys(("onset_return", "escalation_base", "deescalation_base", "termination_war"), "stage two"),
}
"""Which stage tells a parameter, where it is not the first."""

_PRIOR_OF = {"onset_base": "onset correction", "termination_base": "ending correction"}


def parameter_table(found: Calibrated) -> pd.DataFrame:
    """One row per estimated parameter: which stage tells it, mean, standard deviation and 95% interval of the draws.

    ``prior_sd`` is that of its prior in stage two; for what stage one tells, that of an even prior over the declared
    range. ``verdict`` follows from how much of it the record leaves.
    """
    rows = []
    for name, values in columns_of(found.sets).items():
        declared, own = PARAMETERS[name], np.array(values)
        low, high = np.quantile(own, _ENDS)
        prior = PRIORS.get(_PRIOR_OF.get(name, name))
        even = (declared.high - declared.low) / np.sqrt(12.0)
        prior_sd = even if prior is None or name in _PRIOR_OF else prior.sd
        left = float(own.std(ddof=1) / prior_sd)
        verdict = "identified" if left < _IDENTIFIED else "weakly" if left < _WEAKLY else "not identified"
        rows.append(
            {
                "parameter": name, "by": _BY.get(name, "stage one"), "value": own.mean(), "sd": own.std(ddof=1),
                "low": low, "high": high, "prior_sd": prior_sd, "range_low": declared.low, "range_high": declared.high,
                "verdict": verdict,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def pattern_table(found: Calibrated) -> pd.DataFrame:
    """One row per pattern: the record, the whole model under the draws, and 95% of its single runs."""
    names = {"record": "estimate", "record_low": "low", "record_high": "high"}
    seen = pd.DataFrame.from_dict(dict(found.seen), orient="index", columns=["seen_low", "seen_high"])
    return found.patterns.rename(columns=names).join(seen).rename_axis("pattern").reset_index()


def moment_table(found: Calibrated) -> pd.DataFrame:
    """One row per moment of stage two: the record, simulated records at the last step's point, how far it is off."""
    shown, record = found.found.shown, np.array(list(found.found.moments.values()))
    sd = np.sqrt(np.diag(shown.covariance))
    return pd.DataFrame(
        {"moment": list(found.found.moments), "record": record, "simulated": shown.level, "sd": sd}
    ).assign(z=(record - shown.level) / sd)


def share_rows(found: Calibrated) -> dict[str, dict[str, float]]:
    """How much conflict there is in the whole model's runs: the mean, and 95% of them."""
    return {
        name: {"mean": float(of_runs.mean())}
        | dict(zip(("low", "high"), np.quantile(of_runs, _ENDS).tolist(), strict=True))
        for name, of_runs in found.shares.items()
    }


def rank_table(found: Calibrated) -> pd.DataFrame:
    """Where truths lie among the draws: by parameter and share of worlds, how far the rank is above that share."""
    rows = []
    for name, own in by_parameter(found.worlds).items():
        share = np.sort(own["share"].to_numpy())
        expected = (np.arange(len(share)) + 0.5) / len(share)
        rows.append(pd.DataFrame({"parameter": name, "expected": expected, "above": share - expected}))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=["parameter", "expected", "above"])


def tables(found: Calibrated) -> dict[str, pd.DataFrame]:
    """Every number, by the name of its CSV file."""
    checked: Any = found.checked
    return {
        "parameters": parameter_table(found),
        "regressions": pd.DataFrame(checked["regressions"]),
        "moments": moment_table(found),
        "patterns": pattern_table(found),
        "recovery": ranks(found.worlds),
        "blocks": pd.DataFrame(checked["blocks"]),
        "drift": pd.DataFrame(checked["drift"]),
        "first_quarters": pd.DataFrame([checked["first_quarters"]]),
        "assumed": pd.DataFrame(checked["assumed"]),
        "assumed_centred": pd.DataFrame(checked["assumed_centred"]),
        "kept": pd.DataFrame(found.sets),
    }
