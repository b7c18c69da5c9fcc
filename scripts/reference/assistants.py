"""The page about the catalogue of assistants."""

from coderbot.worker.assistants.catalogue import built_in
from coderbot.worker.assistants.model import Assistant
from scripts.reference.docstrings import fields_of
from scripts.reference.tables import MADE, code, table

_HEAD = """\
# Assistants

{made}

What comes with the program, and what an entry of `assistants.toml` may have. How they are used, and where that file lies:
[Coding assistants](../guides/assistants.md).

## Entries

A table for each assistant; its name is the command in chat. One that comes with the program
changes only what its table has. A file with a mistake in it is not used at all; the log says what it is.

{fields}
## Those that come with the program

{entries}"""


def render() -> str:
    """Return the text of the page."""
    fields = [
        (code(each.name), code(each.kind), each.meaning)
        for each in fields_of(Assistant)
    ]
    entries = [
        (
            code(f"/{name}"),
            each.title,
            code(each.command),
            code(each.install),
            ", ".join(map(code, each.environment)),
        )
        for name, each in built_in().items()
    ]
    titles = ("command", "is", "runs", "to install it", "variables that it may have")
    return _HEAD.format(
        made=MADE,
        fields=table(("key", "type", "meaning"), fields),
        entries=table(titles, entries),
    )
