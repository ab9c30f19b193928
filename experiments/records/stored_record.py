"""Records as files in ``conf/record``: patterns with intervals and their covariance, facts without the raw data."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from experiments.records.files.panel import Panel
from experiments.records.pattern_values import KEYS
from experiments.records.patterns import Pattern, flattened, intervals, numbers, patterns, resampled
from experiments.settings.files import read_yaml
from experiments.settings.places import CONF, names_in
from model.errors import InvalidInput

_DIGITS = 7


@dataclass(frozen=True)
class Record:
    """Patterns of a region's record.

    Attributes
    ----------
    region : str
        One of `experiments.records.files.panel.REGIONS`.
    first, last, states : int
        The window's years, and how many states it has.
    resamples, seed : int
        Of the bootstrap.
    patterns : dict of str to dict
        ``estimate``, ``low`` and ``high`` by key.
    undefined_resamples : dict of str to int
        In how many resamples a pattern is not defined, where in any; they are left out.
    covariance : dict of str to list of float
        Rows of the resamples' covariance, by pattern in the order of the rows; the matrix of transitions cell by
        cell. NaN where a pattern has none.
    """

    region: str
    first: int
    last: int
    states: int
    resamples: int
    seed: int
    patterns: dict[str, dict[str, Pattern]]
    undefined_resamples: dict[str, int]
    covariance: dict[str, list[float]]

    def table(self) -> pd.DataFrame:
        """Lay the patterns out, one per row by its name in `flattened`: estimate, low, high."""
        ends = ("estimate", "low", "high")
        return pd.DataFrame(
            {end: numbers({key: found[end] for key, found in self.patterns.items()}) for end in ends}
        ).rename_axis("pattern")

    def whose(self) -> dict[str, Any]:
        """Say in plain data whose record it is."""
        return {"region": self.region, "first": self.first, "last": self.last, "states": self.states}


def record_of(panel: Panel, region: str, resamples: int = 2000, seed: int = 1) -> Record:
    """Compute a record's patterns with everything that is stored beside them.

    Parameters
    ----------
    panel : Panel
        From `experiments.records.files.panel.read_record`.
    region : str
        Whose it is.
    resamples, seed : int
        Of the bootstrap over states.

    Returns
    -------
    Record
    """
    draws = resampled(panel, resamples, seed)
    single = flattened(draws)
    undefined = {name: int(np.isnan(values).sum()) for name, values in single.items()}
    # Over the resamples in which both patterns are numbers.
    matrix = pd.DataFrame(single).replace([np.inf, -np.inf], np.nan).cov()
    return Record(
        region=region,
        first=int(panel.years[0]),
        last=int(panel.years[-1]),
        states=len(panel.codes),
        resamples=resamples,
        seed=seed,
        patterns=intervals(patterns(panel), draws),
        undefined_resamples={name: count for name, count in undefined.items() if count},
        covariance={str(name): row.tolist() for name, row in matrix.iterrows()},
    )


def record_yaml(name: str, record: Record, sources: Mapping[str, Path]) -> str:
    """Write a record as YAML.

    Parameters
    ----------
    name : str
        Of the file, with its ending.
    record : Record
    sources : mapping of str to Path
        The files it was made from, by option; their names and digests are noted.
    """
    asked = " ".join(f"{name}={file.name}" for name, file in sources.items())
    window = f"region={record.region} first={record.first} last={record.last}"
    digests = "".join(
        f"#   {file.name}: sha256 {hashlib.sha256(file.read_bytes()).hexdigest()}\n" for file in sources.values()
    )
    header = (
        f"# Patterns of internal armed conflict on record: {record.region}, {record.first} to {record.last}.\n"
        f"# Made by: concord patterns {asked} {window} to=conf/record/{name}\n"
        f"# from files of these contents:\n{digests}"
        "# Conflict: UCDP/PRIO Armed Conflict Dataset (Davies et al. 2025; Gleditsch et al. 2002), CC BY 4.0, of\n"
        "# which this is an adaptation. Income, population, excluded share and borders: conf/world/SOURCES.md.\n"
        "# low and high: 95% percentile interval of a bootstrap over states; covariance: of its resamples. .nan: not\n"
        "# defined; .inf: beyond every number. What each pattern is: model/ODD.md.\n"
    )
    return header + yaml.dump(_rounded(asdict(record)), Dumper=_Dumper, sort_keys=False, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes lists of numbers on one line."""


_Dumper.add_representer(
    list, lambda dumper, values: dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=True)
)


def _rounded(value: object) -> object:
    """Keep seven digits of every number, further ones hang on the machine."""
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


def stored_record(region: str, first: int, last: int) -> Record:
    """Read a record from ``conf/record``.

    Parameters
    ----------
    region : str
        Whose.
    first, last : int
        Of which years.

    Returns
    -------
    Record

    Raises
    ------
    InvalidInput
        When there is none, or it is damaged.
    """
    name = f"{region}_{first}_{last}"
    path = CONF / "record" / f"{name}.yaml"
    if not path.is_file():
        there = ", ".join(names_in("record")) or "none"
        raise InvalidInput(
            f"region={region} first={first} last={last}: no record is stored in conf/record (there: {there}); "
            "give the official files, acd=FILE panel=FILE borders=FILE"
        )
    try:
        record = Record(**read_yaml(path, str(path)))
        missing = [key for key in KEYS if set(record.patterns[key]) != {"estimate", "low", "high"}]
    except (TypeError, KeyError) as error:
        raise InvalidInput(f"{path}: is not a record as concord patterns to=FILE writes it: {error}") from None
    if missing or (record.region, record.first, record.last) != (region, first, last):
        raise InvalidInput(f"{path}: is not the record its name says, as concord patterns to=FILE writes it")
    return record
