"""Work beside the keys."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import ParamSpec

from textual.dom import DOMNode
from textual.worker import Worker

_P = ParamSpec("_P")


def begin(
    node: DOMNode,
    name: str,
    work: Callable[_P, Coroutine[None, None, None]],
    *args: _P.args,
    **options: _P.kwargs,
) -> Worker[None]:
    """Begin some work; the same that is under way is given up.

    Args:
        node: Whose it is: without it, it ends.
        name: What is done; work of another name goes on.
        work: What to do; called when its turn has come, so that it need not begin.
        args: For `work`.
        options: For `work`.
    """
    turn: Callable[[], Coroutine[None, None, None]] = partial(work, *args, **options)
    worker: Worker[None] = node.run_worker(turn, name=name, group=name, exclusive=True)
    return worker
