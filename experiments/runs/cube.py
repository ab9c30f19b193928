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
Flags = npt.NDArray[np.bool_]


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
        return self._kept("replications", np.isin(self.replications, list(wanted)))

    def paired(self) -> "Cube":
        """Keep the replications in which every run of every institution ended well, at every point.

        Raises
        ------
        InvalidInput
            When there is none.
        """
        return self._kept("replications", self._ended_well().all(axis=(0, 1)), "future", "run")

    def paired_points(self) -> "Cube":
        """Keep the points (draws) in which every run of every institution ended well.

        Raises
        ------
        InvalidInput
            When there is none.
        """
        return self._kept("points", self._ended_well().all(axis=(0, 2)), "world", "runs")

    def averaged(self) -> "Cube":
        """Average over the replications of each point, which becomes a replication of a cube with one point.

        Points are independent of one another, replications of a point are not: errors of these means are those of
        all runs, clustered by point.
        """
        outcomes = {name: values.mean(axis=2)[:, np.newaxis] for name, values in self.outcomes.items()}
        return replace(self, points=np.zeros(1, np.int64), replications=self.points, outcomes=outcomes)

    def first(self) -> "Cube":
        """Keep the first replication of each point, which becomes a replication of a cube with one point."""
        outcomes = {name: values[:, np.newaxis, :, 0] for name, values in self.outcomes.items()}
        return replace(self, points=np.zeros(1, np.int64), replications=self.points, outcomes=outcomes)

    def somewhere(self) -> "Cube":
        """Keep the points at which every institution has some run that ended well."""
        return replace(self._kept("points", self._ended_well().any(axis=2).all(axis=0)), left_out=self.left_out)

    def _ended_well(self) -> Flags:
        """Tell which runs (institutions, points, replications) left numbers alone."""
        return np.asarray(np.all([np.isfinite(values) for values in self.outcomes.values()], axis=0))

    def _kept(self, axis: str, wanted: npt.ArrayLike, one: str = "", runs: str = "") -> "Cube":
        """Keep some places of an axis; where none is wanted, it is refused if it is said what is counted."""
        wanted = np.asarray(wanted)
        if one and not wanted.any():
            raise InvalidInput(
                f"no {one} in which every institution's {runs} ended well; see failures/ in the study's folder"
            )
        place = ("institutions", "points", "replications").index(axis)
        return replace(
            self,
            **{axis: getattr(self, axis)[wanted]},
            outcomes={name: values.compress(wanted, place) for name, values in self.outcomes.items()},
            left_out=self.left_out + int((~wanted).sum()),
        )

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
        for institution, well in zip(self.institutions, self._ended_well(), strict=True):
            if missing := total - int(well.sum()):
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
    apart: bool = False,
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
    apart : bool
        How they are named, as in `experiments.runs.plan.Plan`.

    Returns
    -------
    Cube
        With every point and replication that any row has, and every place of `per_draw`.
    """
    who = pc.index_in(rows["institution"].cast(pa.string()), value_set=pa.array(list(institutions)))
    rows = rows.filter(pc.is_valid(who))
    replications, when = np.unique(rows["replication"].to_numpy(), return_inverse=True)
    if per_draw is not None:
        counted = replications[when] - FIRST_DRAW
        replications, when = np.arange(per_draw), counted // FIRST_DRAW if apart else counted % per_draw
    places = next((rows[name].to_numpy() for name in ("point", "draw") if name in rows.column_names), 0 * when)
    points, at = np.unique(places, return_inverse=True)
    shape = (len(institutions), points.size, replications.size)
    found: dict[str, Floats] = {name: np.full(shape, np.nan) for name in outcomes}
    for name, values in found.items():
        values[pc.drop_null(who).to_numpy(), at, when] = rows[name].to_numpy()
    return Cube(tuple(institutions), points.astype(np.int64), replications.astype(np.int64), found)
