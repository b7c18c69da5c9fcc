"""How the trials went, as text (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a trial went."""

    PASSED = "ok"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Score:
    """One trial."""

    trial: str
    verdict: Verdict
    findings: str
    """Times and counts, or what went wrong."""
    took_s: float


def render(scores: Sequence[Score]) -> str:
    """Return the scorecard."""
    width = max((len(score.trial) for score in scores), default=0)
    lines = [
        f"{score.verdict:<8} {score.trial:<{width}}  {score.took_s:5.1f} s  "
        f"{score.findings}"
        for score in scores
    ]
    passed = sum(score.verdict is Verdict.PASSED for score in scores)
    failed = sum(score.verdict is Verdict.FAILED for score in scores)
    lines.append(f"{passed} passed, {failed} failed, of {len(scores)}")
    return "\n".join(lines) + "\n"
