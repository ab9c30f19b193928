"""Rows of a study lined up: every outcome by institution, point and replication."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from experiments.runs.plan import FIRST_DRAW
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.world import Floats

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cube:
    """Outcomes of several institutions in the same replications, at the same points.

    Attributes
    ----------
    institutions : tuple of str
        First axis.
    points : ndarray (points,)
        Second axis, ascending; a single 0 without a design.
    replications : ndarray (replications,)
        Third axis, ascending; of draws with replications of their own, their places: 0, 1, ….
    outcomes : mapping of str to ndarray (institutions, points, replications)
        By outcome; NaN where a run failed.
    left_out : int
        Replications (of draws: draws) that were left out because a run in them failed.
    """

    institutions: tuple[str, ...]
    points: Whole
    replications: Whole
    outcomes: Mapping[str, Floats]
    left_out: int = 0

    def __getitem__(self, term: tuple[str, str]) -> Floats:
        """Get an outcome of an institution: (outcome, institution) gives (points, replications)."""
        outcome, institution = term
        found: Floats = self.outcomes[outcome][self.institutions.index(institution)]
        return found

    def runs(self, outcome: str, institution: str) -> Floats:
        """Get an outcome of an institution run by run (runs,): one per replication where there is one point."""
        return self[outcome, institution].ravel()

    def difference(self, outcome: str, institution: str, other: str) -> Floats:
        """Outcome of one institution minus that of another, run by run (runs,)."""
        return self.runs(outcome, institution) - self.runs(outcome, other)

    @property
    def count(self) -> int:
        """Number of replications."""
        return int(self.replications.size)

    def only(self, wanted: Collection[int]) -> "Cube":
        """Keep some replications, by their names."""
        kept = np.isin(self.replications, list(wanted))
        outcomes = {name: np.ascontiguousarray(values[:, :, kept]) for name, values in self.outcomes.items()}
        return replace(
            self,
            replications=self.replications[kept],
            outcomes=outcomes,
            left_out=self.left_out + int((~kept).sum()),
        )

    def paired(self) -> "Cube":
        """Keep the replications in which every run of every institution ended well, at every point.

        Raises
        ------
        InvalidInput
            When there is none.
        """
        whole = np.all([np.isfinite(values).all(axis=(0, 1)) for values in self.outcomes.values()], axis=0)
        if not whole.any():
            raise InvalidInput(
                "no future in which every institution's run ended well; see failures/ in the study's folder"
            )
        return self.only(self.replications[whole].tolist())

    def paired_points(self) -> "Cube":
        """Keep the points (draws) in which every run of every institution ended well.

        Raises
        ------
        InvalidInput
            When there is none.
        """
        whole = np.all([np.isfinite(values).all(axis=(0, 2)) for values in self.outcomes.values()], axis=0)
        if not whole.any():
            raise InvalidInput(
                "no world in which every institution's runs ended well; see failures/ in the study's folder"
            )
        outcomes = {name: np.ascontiguousarray(values[:, whole]) for name, values in self.outcomes.items()}
        return replace(self, points=self.points[whole], outcomes=outcomes, left_out=int((~whole).sum()))

    def somewhere(self) -> "Cube":
        """Keep the points at which every institution has some run that ended well."""
        there = np.all([np.isfinite(values).any(axis=2).all(axis=0) for values in self.outcomes.values()], axis=0)
        outcomes = {name: np.ascontiguousarray(values[:, there]) for name, values in self.outcomes.items()}
        return replace(self, points=self.points[there], outcomes=outcomes)

    def whole(self, points: int, replications: int) -> "Cube":
        """Return the cube if every run ended well.

        Parameters
        ----------
        points, replications : int
            How many there must be: a point at which every run failed left no row.

        Raises
        ------
        InvalidInput
            When a run is missing, because it failed or left no finite number: an index estimated from what remains
            would look sound and be wrong.
        """
        total = points * replications
        for place, institution in enumerate(self.institutions):
            missing = total - min(int(np.isfinite(values[place]).sum()) for values in self.outcomes.values())
            if missing:
                raise InvalidInput(
                    f"{missing:,} of {total:,} runs of {institution} failed or are missing: every one is needed here; "
                    "see failures/ in the study's folder"
                )
        return self


def cube_of(
    rows: pa.Table,
    institutions: Sequence[str],
    outcomes: Sequence[str] = tuple(OUTCOMES),
    per_draw: int | None = None,
) -> Cube:
    """Line rows up.

    Parameters
    ----------
    rows : pyarrow.Table
        In any order, with the columns institution, replication, the outcomes, and point or draw where there are
        several.
    institutions : sequence of str
        Whose.
    outcomes : sequence of str
        Which.
    per_draw : int, optional
        Replications of each draw, which are told apart by their places in it.

    Returns
    -------
    Cube
        With every point and replication that any row has, and every place of `per_draw`.
    """
    who = pc.index_in(rows["institution"].cast(pa.string()), value_set=pa.array(list(institutions)))
    rows = rows.filter(pc.is_valid(who))
    places = pc.drop_null(who).to_numpy()
    replication = rows["replication"].to_numpy()
    places_of = next((name for name in ("draw", "point") if name in rows.column_names), None)
    points, at = np.zeros(1, np.int64), np.zeros(len(replication), np.intp)
    if places_of is not None:
        points, at = np.unique(rows[places_of].to_numpy(), return_inverse=True)
    if per_draw is None:
        replications, when = np.unique(replication, return_inverse=True)
    else:
        replications, when = np.arange(per_draw), (replication - FIRST_DRAW) % per_draw
    found: dict[str, Floats] = {}
    for name in outcomes:
        values = np.full((len(institutions), points.size, replications.size), np.nan)
        values[places, at, when] = rows[name].to_numpy()
        found[name] = values
    return Cube(tuple(institutions), points.astype(np.int64), replications.astype(np.int64), found)
