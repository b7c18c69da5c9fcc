"""Leases as they lie in Redis (pure)."""

import re
from enum import StrEnum
from typing import NamedTuple

from coderbot.cluster.session import Session

_RECORD = re.compile(r"(\S+) (\S+) ([0-9]{1,15}) (\S+)")


class Mark(StrEnum):
    """What a lease says of its unit besides; one letter each."""

    OFF = "o"
    """It is not to run: a person has stopped it, or it has failed for good."""
    KEPT = "k"
    """A person has moved it where it is; it stays there."""


Marks = frozenset[Mark]
NO_MARKS: Marks = frozenset()


class Lease(NamedTuple):
    """Who may run a unit."""

    holder: Session
    fence: int
    """Grows whenever the lease changes hands; it never goes back."""
    marks: Marks
    record: str
    """As it lies in Redis."""


def read_lease(record: str) -> Lease | None:
    """Return a lease; None when the record was not written by us."""
    found = _RECORD.fullmatch(record)
    if found is None:
        return None
    host, run, fence, letters = found.groups()
    marks = frozenset(mark for mark in Mark if mark.value in letters)
    return Lease(Session(host, run), int(fence), marks, record)


def letters_of(marks: Marks) -> str:
    """Return marks as they are written; never empty."""
    return "".join(sorted(marks)) or "-"
