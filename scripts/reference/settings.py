"""The page about every variable."""

from itertools import groupby

from coderbot.config.example import shown
from coderbot.config.settings import variables
from scripts.reference.tables import MADE, code, table

_HEAD = """\
# Settings

{made}

Variables of the environment, or lines of a `.env` (mode 600) in the working directory; the real environment wins. An empty
value means the default. All of them stand in `.env.example` as well. Whatever is wrong with them is told in one message,
and nothing is started. When a change is taken up: [Changes while the fleet runs](../control.md#changes-while-the-fleet-runs).

🔒 marks secrets: they are wiped from the environment once read, and stand in no log, no command line and no error.
"""


def render() -> str:
    """Return the text of the page."""
    parts = [_HEAD.format(made=MADE)]
    for section, group in groupby(variables(), lambda each: each[1].section):
        rows = [
            (
                code(variable.name) + (" 🔒" if variable.secret else ""),
                code(shown(default)),
                variable.unit,
                variable.meaning,
            )
            for _, variable, default in group
        ]
        titles = ("variable", "default", "unit", "meaning")
        parts.append(f"## {section}\n\n{table(titles, rows)}")
    return "\n".join(parts)
