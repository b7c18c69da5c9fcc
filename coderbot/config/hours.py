"""A part of the day that comes again each day (pure)."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` up to `end`, which may be on the next day."""

    start: time
    end: time

    def hold(self, moment: time) -> bool:
        """Tell whether a time of day lies in them."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end
