"""The table of methods."""

from collections.abc import Awaitable, Callable

from coderbot.sandbox.api.call import Call

Method = Callable[[Call], object]
"""Answers a call with the value of `result`, or with an awaitable of it."""

METHODS: dict[str, tuple[str, Method]] = {}
"""Name as in the manual, and function, by lower-case name."""


def method(*names: str) -> Callable[[Method], Method]:
    """Enter a function into the table under each of `names`."""

    def enter(function: Method) -> Method:
        METHODS.update({name.lower(): (name, function) for name in names})
        return function

    return enter


async def run(function: Method, call: Call) -> object:
    """Return what a method answers."""
    answer = function(call)
    if isinstance(answer, Awaitable):
        return await answer
    return answer
