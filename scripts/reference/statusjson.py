"""The page about `status --json`."""

import json

import msgspec

from coderbot.commands.statusjson import (
    SCHEMA,
    BotStatus,
    StatusDocument,
    SupervisorStatus,
    status_json,
)
from coderbot.supervisor.controlwire import FleetStatus
from coderbot.supervisor.events import BotSnapshot
from coderbot.supervisor.state import BotState
from coderbot.wire import Counters
from scripts.reference.docstrings import fields_of, meaning_of
from scripts.reference.tables import MADE, code, table

_HEAD = """\
# status --json

{made}

What `coderbot status --json` prints; `coderbot show BOT --json` prints a list of the bots among it. `schema` is {schema}.
Fields may be added without a new number; none will change its meaning or vanish.
"""
_EXAMPLE = FleetStatus(
    id=1,
    version="0.1.0",
    pid=4711,
    uptime_s=86400.5,
    bots=[
        BotSnapshot(
            "bot-0",
            0,
            BotState.RUNNING,
            status="polling",
            username="alpha_bot",
            pid=4712,
            uptime_s=86399.1,
            rss_bytes=41_500_000,
            cpu_percent=0.4,
            terminals=2,
            poll_age_s=3.2,
            counters=Counters(updates=12, messages=30, edits=210, deletes=4),
        )
    ],
)


def render() -> str:
    """Return the text of the page."""
    example = json.dumps(status_json(_EXAMPLE), indent=2)
    parts = [
        _HEAD.format(made=MADE, schema=SCHEMA),
        f"```json\n{example}\n```\n",
        *map(_section, (StatusDocument, SupervisorStatus, BotStatus, Counters)),
        "## As a JSON schema\n",
        f"```json\n{json.dumps(msgspec.json.schema(StatusDocument), indent=2)}\n```\n",
    ]
    return "\n".join(parts)


def _section(kind: type) -> str:
    rows = [(code(f.name), code(f.kind), f.meaning) for f in fields_of(kind)]
    fields = table(("field", "type", "meaning"), rows)
    return f"## {kind.__name__}\n\n{meaning_of(kind)}\n\n{fields}"
