"""A bot that answers by a script and remembers what it was asked."""

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from telegram import Bot


@dataclass
class Sent:
    """What stands for a message that was sent."""

    message_id: int


@dataclass
class ScriptBot:
    """Stands for `telegram.Bot`; each call first plays the next error, if any."""

    script: dict[str, deque[Exception | None]] = field(default_factory=dict)
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(
        default_factory=list
    )
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    news: asyncio.Event = field(default_factory=asyncio.Event)

    def plan(self, method: str, *answers: Exception | None) -> None:
        """Let the next calls of `method` fail so; None lets one succeed."""
        self.script.setdefault(method, deque()).extend(answers)

    async def called(self, method: str) -> None:
        """Wait until `method` has been called."""
        await self.called_times(method, 1)

    async def called_times(self, method: str, count: int) -> None:
        """Wait until `method` has been called so often."""
        while len(self.named(method)) < count:
            self.news.clear()
            await self.news.wait()

    def named(self, method: str) -> list[tuple[Any, ...]]:
        """Return the arguments of all calls of `method`."""
        return [args for name, args, _ in self.calls if name == method]

    def as_bot(self) -> Bot:
        """Return this, typed as what it stands for."""
        bot: Any = self
        typed: Bot = bot
        return typed

    def __getattr__(self, method: str) -> Any:
        async def call(*args: Any, **options: Any) -> Sent:
            self.calls.append((method, args, options))
            self.news.set()
            await asyncio.sleep(0)
            planned = self.script.get(method)
            error = planned.popleft() if planned else None
            if error is not None:
                raise error
            return Sent(next(self.ids))

        return call
