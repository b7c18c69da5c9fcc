"""The page about what processes say to each other."""

from typing import get_args

from coderbot import wire
from coderbot.supervisor import controlwire
from scripts.reference.docstrings import fields_of, meaning_of
from scripts.reference.tables import MADE, code, table

_HEAD = """\
# Frames

{made}

Processes talk in frames: one JSON object a line, `type` names the kind. What is no such frame is refused, and so is a
field of another type; fields that are not known are ignored.

- **The channel** is a socket pair between the supervisor and a worker, inherited by it; its number is in
  `CODERBOT_CHANNEL_FD`. A frame has at most {frame} bytes. The end of file means that the other side is gone.
- **The control socket** is `control.sock` in the state directory ([who may use it](../control.md)). A client begins with
  `hello`; a request has a number of the client's choice, and its answer bears the same. A frame of a client has at most
  {request} bytes. The protocol has version {protocol}.
"""


def render() -> str:
    """Return the text of the page."""
    parts = [
        _HEAD.format(
            made=MADE,
            frame=f"{wire.MAX_FRAME_BYTES:,}",
            request=f"{controlwire.MAX_REQUEST_BYTES:,}",
            protocol=controlwire.PROTOCOL,
        )
    ]
    for title, kinds in (
        ("The channel: from a worker", wire.WorkerFrame),
        ("The channel: from the supervisor", wire.SupervisorFrame),
        ("The control socket: from a client", controlwire.ClientFrame),
        ("The control socket: from the supervisor", controlwire.ServerFrame),
    ):
        parts += [f"## {title}\n", *map(_frame, get_args(kinds))]
    return "\n".join(parts)


def _frame(kind: type[wire.Frame]) -> str:
    tag = kind.__struct_config__.tag
    rows = [
        (code(each.name), code(each.kind), code(each.value), each.meaning)
        for each in fields_of(kind)
    ]
    titles = ("field", "type", "default", "meaning")
    fields = f"\n{table(titles, rows)}" if rows else ""
    return f"### {tag}\n\n{meaning_of(kind)}\n{fields}"
