"""How many objects of a class there are, while other threads make more.

Asking the garbage collector for everything would be shorter, but whoever holds what it gives while another
thread builds a tuple breaks that tuple.
"""

import functools
import gc
from typing import Any
from weakref import WeakSet


class Living:
    """Objects of a class that are made from now on, for as long as they live."""

    def __init__(self, kind: Any) -> None:
        self._found: WeakSet[Any] = WeakSet()
        made = kind.__init__

        @functools.wraps(made)
        def counted(one: Any, *arguments: Any, **named: Any) -> None:
            self._found.add(one)
            made(one, *arguments, **named)

        kind.__init__ = counted

    def __len__(self) -> int:
        gc.collect()
        return len(self._found)
