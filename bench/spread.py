"""Several measured values, and how far they lie apart."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Some measured values, in one unit."""

    values: tuple[float, ...]

    def __str__(self) -> str:
        ordered = sorted(self.values)
        p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        return (
            f"median {statistics.median(ordered):7.1f}   p95 {p95:7.1f}   "
            f"min {ordered[0]:7.1f}   max {ordered[-1]:7.1f}   n={len(ordered)}"
        )
