"""A tree of questions as text."""

import math
from collections.abc import Sequence

from experiments.statistics.tree import Node


def tree_lines(node: Node, names: Sequence[str], indent: str = "") -> list[str]:
    """Write a tree as text, one line per question and leaf.

    Parameters
    ----------
    node : Node
        Its root.
    names : sequence of str
        Of the columns.
    indent : str
        Before every line.

    Returns
    -------
    list of str
    """
    if not node.branches:
        share = node.share()
        bounds = "" if math.isnan(share.low) else f" [{share.low:.0%}, {share.high:.0%}]"
        mean = "no points" if math.isnan(share.mean) else f"{share.mean:.0%}"
        return [f"{indent}{mean}{bounds} of {node.points:,} points"]
    lines = []
    for sign, branch in zip(("<=", "> "), node.branches, strict=True):
        below = tree_lines(branch, names, indent + "    ")
        asked = f"{indent}{names[node.column]} {sign} {node.threshold:.3g}"
        lines += [f"{asked}: {below[0].strip()}"] if not branch.branches else [asked, *below]
    return lines
