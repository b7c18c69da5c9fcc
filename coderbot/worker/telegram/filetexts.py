"""What the bot says about files (pure). Plain text: no name can break it."""

from collections.abc import Sequence

_MAX_NAMED = 10
"""Files named in one message; the rest is counted."""


def failed(files: Sequence[tuple[str, str]], directory: str) -> str:
    """Return the word about files that could not be sent.

    Args:
        files: Name and reason of each.
        directory: Where they are now.
    """
    lines = [f"{name}: {reason}" for name, reason in files[:_MAX_NAMED]]
    if len(files) > _MAX_NAMED:
        lines.append(f"and {len(files) - _MAX_NAMED} more")
    count = "A file" if len(files) == 1 else f"{len(files)} files"
    return (
        f"{count} could not be sent:\n"
        + "\n".join(lines)
        + f"\n\nIn {directory} each lies beside its reason; /media tries again."
    )
