"""A condition, as a user writes it: ``conflict_years(uk_pools) - conflict_years(siloed) > 1``, ``mission_cost > 20``.

Outcomes of institutions or, in a hypothesis, assumptions; numbers, + - * /, comparisons, and, or, not, parentheses:
nothing else is read, and nothing is ever executed as Python.
"""

import ast
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from model.errors import InvalidInput, nearest
from model.outcomes import OUTCOMES

Term = tuple[str, str]
"""Outcome and institution."""
Means = Mapping[Any, npt.NDArray[np.float64]]
"""Values of what a condition speaks of: means of outcomes, assumptions by name."""

_ARITHMETIC = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide}
_COMPARISONS = {ast.Gt: np.greater, ast.GtE: np.greater_equal, ast.Lt: np.less, ast.LtE: np.less_equal}
_RULE = (
    "must compare outcomes, as in conflict_years(uk_pools) - conflict_years(siloed) > 1"
    " (in a hypothesis: assumptions, as in mission_cost > 20)"
)
_LONGEST = 1_000


@dataclass(frozen=True)
class Condition:
    """A condition that was read and can be held against outcomes.

    Attributes
    ----------
    text : str
        As the user wrote it.
    terms : tuple of (outcome, institution)
        Outcomes that it speaks of.
    assumptions : tuple of str
        Parameters that it speaks of.
    """

    text: str
    terms: tuple[Term, ...]
    assumptions: tuple[str, ...] = ()

    @property
    def institutions(self) -> tuple[str, ...]:
        """The institutions it speaks of, each once."""
        return tuple(dict.fromkeys(institution for _, institution in self.terms))

    def holds(self, means: Means) -> npt.NDArray[np.bool_]:
        """Tell where it holds.

        Parameters
        ----------
        means : mapping of (outcome, institution) or str to ndarray (...)
            All of `terms` and `assumptions`, of one shape.

        Returns
        -------
        ndarray of bool (...)

        Raises
        ------
        InvalidInput
            When a division leaves no finite number.
        """
        shape = next(iter(means.values())).shape
        found = _truth(self.text, _parsed(self.text), means)
        return np.broadcast_to(np.asarray(found, bool), shape).copy()


def read_condition(text: str, institutions: Collection[str], assumptions: Collection[str] = ()) -> Condition:
    """Read a condition and check everything in it.

    Parameters
    ----------
    text : str
        As the user wrote it.
    institutions, assumptions : collection of str
        Names that may stand in it; with assumptions, outcomes may not.

    Returns
    -------
    Condition

    Raises
    ------
    InvalidInput
        In one line: what is wrong, the rule, the nearest right name.
    """
    tree = _parsed(text)
    if assumptions:
        names = tuple(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))
        _check_known(text, [("assumption", name, assumptions) for name in names])
        found = Condition(text, (), names)
    else:
        terms = tuple(dict.fromkeys(_term(text, node) for node in ast.walk(tree) if isinstance(node, ast.Call)))
        _check_known(text, [("outcome", outcome, OUTCOMES) for outcome, _ in terms])
        _check_known(text, [("institution", institution, institutions) for _, institution in terms])
        found = Condition(text, terms)
    if not (found.terms or found.assumptions):
        raise InvalidInput(f"condition={text}: speaks of no {'assumption' if assumptions else 'outcome'}, {_RULE}")
    # One made-up evaluation finds whatever else is not admitted.
    _truth(text, tree, dict.fromkeys((*found.terms, *found.assumptions), np.ones(1)), check=False)
    return found


def _check_known(text: str, named: Sequence[tuple[str, str, Collection[str]]]) -> None:
    """Refuse a name that is not known, with the nearest that is: (what it names, the name, those known)."""
    for what, name, known in named:
        if name not in known:
            raise InvalidInput(f"condition={text}: unknown {what} '{name}': {nearest(name, known)}")


def _parsed(text: str) -> ast.expr:
    """Parse a condition's grammar."""
    try:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InvalidInput(f"condition={text[:_LONGEST]}: cannot be read, {_RULE}") from None


def _term(text: str, node: ast.expr) -> Term:
    """Read ``outcome(institution)``."""
    match node:
        case ast.Call(func=ast.Name(id=outcome), args=[ast.Name(id=institution)], keywords=[]):
            return outcome, institution
    raise _refused(text, node)


def _truth(text: str, node: ast.expr, means: Means, check: bool = True) -> Any:
    """Where a logical expression holds."""
    match node:
        case ast.BoolOp(op=op, values=parts):
            join = np.logical_and if isinstance(op, ast.And) else np.logical_or
            return reduce(join, [_truth(text, part, means, check) for part in parts])
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return np.logical_not(_truth(text, part, means, check))
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARISONS for op in ops):
            sides = [_number(text, side, means, check) for side in (left, *others)]
            each = [_COMPARISONS[type(op)](*pair) for op, pair in zip(ops, pairwise(sides), strict=True)]
            return reduce(np.logical_and, each)
    raise _refused(text, node)


def _number(text: str, node: ast.expr, means: Means, check: bool) -> Any:
    """Value of an arithmetic expression."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Call() if (term := _term(text, node)) in means:
            return means[term]
        case ast.Name(id=name) if name in means:
            return means[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=part):
            number = _number(text, part, means, check)
            return -number if isinstance(op, ast.USub) else number
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            with np.errstate(all="ignore"):
                result = _ARITHMETIC[type(op)](*(_number(text, side, means, check) for side in (left, right)))
            if check and not np.all(np.isfinite(result)):
                raise InvalidInput(f"condition={text}: '{ast.unparse(node)}' is not a finite number at every point")
            return result
    raise _refused(text, node)


def _refused(text: str, node: ast.AST) -> InvalidInput:
    """Say what cannot stand in a condition."""
    return InvalidInput(f"condition={text}: '{ast.unparse(node)}' cannot stand here, {_RULE}")
