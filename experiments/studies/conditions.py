"""A condition on outcomes, as a user writes it: ``conflict_years(uk_pools) - conflict_years(siloed) > 1``.

Outcomes of institutions, numbers, + - * /, comparisons, and, or, not, parentheses: nothing else is read, and nothing is
ever executed as Python.
"""

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from model.errors import InvalidInput, nearest
from model.outcomes import OUTCOMES

Term = tuple[str, str]
"""Outcome and institution."""
Means = Mapping[Term, npt.NDArray[np.float64]]

_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}
_RULE = "must compare outcomes, as in conflict_years(uk_pools) - conflict_years(siloed) > 1"
_LONGEST = 1_000


@dataclass(frozen=True)
class Condition:
    """A condition that was read and can be held against outcomes.

    Attributes
    ----------
    text : str
        As the user wrote it.
    terms : tuple of (outcome, institution)
        What it speaks of.
    """

    text: str
    terms: tuple[Term, ...]

    @property
    def institutions(self) -> tuple[str, ...]:
        """The institutions it speaks of, each once."""
        return tuple(dict.fromkeys(institution for _, institution in self.terms))

    def holds(self, means: Means) -> npt.NDArray[np.bool_]:
        """Tell where it holds.

        Parameters
        ----------
        means : mapping of (outcome, institution) to ndarray (...)
            All of `terms`, of one shape.

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


def read_condition(text: str, institutions: Collection[str]) -> Condition:
    """Read a condition and check everything in it.

    Parameters
    ----------
    text : str
        As the user wrote it.
    institutions : collection of str
        Names that may stand in it.

    Returns
    -------
    Condition

    Raises
    ------
    InvalidInput
        In one line: what is wrong, the rule, the nearest right name.
    """
    tree = _parsed(text)
    terms: list[Term] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            terms.append(_term(text, node, institutions))
    if not terms:
        raise InvalidInput(f"condition={text}: speaks of no outcome, {_RULE}")
    # One made-up evaluation finds whatever else is not admitted.
    ones = {term: np.ones(1) for term in terms}
    with np.errstate(all="ignore"):
        _truth(text, tree, ones, check=False)
    return Condition(text, tuple(dict.fromkeys(terms)))


def _parsed(text: str) -> ast.expr:
    """Parse a condition's grammar."""
    try:
        if len(text) > _LONGEST:
            raise ValueError("too long")
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InvalidInput(f"condition={text[:_LONGEST]}: cannot be read, {_RULE}") from None


def _term(text: str, node: ast.Call, institutions: Collection[str]) -> Term:
    """Read ``outcome(institution)``."""
    plain = isinstance(node.func, ast.Name) and len(node.args) == 1 and isinstance(node.args[0], ast.Name)
    if not plain or node.keywords:
        raise _refused(text, node)
    assert isinstance(node.func, ast.Name) and isinstance(node.args[0], ast.Name)
    outcome, institution = node.func.id, node.args[0].id
    if outcome not in OUTCOMES:
        raise InvalidInput(f"condition={text}: unknown outcome '{outcome}': {nearest(outcome, OUTCOMES)}")
    if institution not in institutions:
        raise InvalidInput(
            f"condition={text}: unknown institution '{institution}': {nearest(institution, institutions)}"
        )
    return outcome, institution


def _truth(text: str, node: ast.expr, means: Means, check: bool = True) -> Any:
    """Where a logical expression holds."""
    if isinstance(node, ast.BoolOp):
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return reduce(join, [_truth(text, part, means, check) for part in node.values])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return np.logical_not(_truth(text, node.operand, means, check))
    if not isinstance(node, ast.Compare) or any(type(op) not in _COMPARISONS for op in node.ops):
        raise _refused(text, node)
    sides = [_number(text, side, means, check) for side in (node.left, *node.comparators)]
    each = [_COMPARISONS[type(op)](sides[i], sides[i + 1]) for i, op in enumerate(node.ops)]
    return reduce(np.logical_and, each)


def _number(text: str, node: ast.expr, means: Means, check: bool) -> Any:
    """Value of an arithmetic expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name) and isinstance(node.args[0], ast.Name)
        return means[node.func.id, node.args[0].id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _number(text, node.operand, means, check)
        return -value if isinstance(node.op, ast.USub) else value
    if not isinstance(node, ast.BinOp) or type(node.op) not in _ARITHMETIC:
        raise _refused(text, node)
    left, right = (_number(text, side, means, check) for side in (node.left, node.right))
    with np.errstate(all="ignore"):
        result = _ARITHMETIC[type(node.op)](np.asarray(left, float), np.asarray(right, float))
    if check and not np.all(np.isfinite(result)):
        raise InvalidInput(f"condition={text}: '{ast.unparse(node)}' is not a finite number at every point")
    return result


def _refused(text: str, node: ast.AST) -> InvalidInput:
    """Say what cannot stand in a condition."""
    return InvalidInput(f"condition={text}: '{ast.unparse(node)}' cannot stand here, {_RULE}")
