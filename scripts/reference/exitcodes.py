"""The page about exit codes."""

from coderbot.errors import ExitCode
from scripts.reference.docstrings import fields_of
from scripts.reference.tables import MADE, table

_HEAD = """\
# Exit codes

{made}

Of the parent (`coderbot`, `coderbot-tui`), of its commands and of workers. Numbers above 63 have the meaning that
`sysexits.h` gives them. Death by a signal is a crash. What a service manager does with them: [Running as a
service](../deploy.md).
"""


def render() -> str:
    """Return the text of the page."""
    rows = [
        (each.value, f"`{each.name}`", each.meaning) for each in fields_of(ExitCode)
    ]
    rows.sort(key=lambda row: int(row[0]))
    return f"{_HEAD.format(made=MADE)}\n{table(('code', 'name', 'meaning'), rows)}"
