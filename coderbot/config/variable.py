"""What is known of one variable of the settings."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Variable:
    """What `.env.example`, the checks and the errors know of one variable."""

    name: str
    """Name in the environment."""
    section: str
    meaning: str
    """One line."""
    parse: Callable[[str], Any]
    """Text to value; raises ValueError with what is allowed."""
    unit: str = ""
    example: str = ""
    """Shown instead of the default, for variables that have none."""
    may_be_empty: bool = False
    """An empty value is a value; otherwise it means the default."""
    secret: bool = False
    """The value never appears in a message."""


def setting(
    section: str,
    name: str,
    default: Any,
    parse: Callable[[str], Any],
    meaning: str,
    **more: Any,
) -> Any:
    """Return the field of one variable.

    Args:
        section: Heading that it stands under in `.env.example`.
        name: Of the variable.
        default: When it is not set.
        parse: Of its text.
        meaning: One line.
        more: Other fields of `Variable`.
    """
    variable = Variable(name, section, meaning, parse, **more)
    return field(default=default, metadata={"variable": variable})
