"""How commands are read."""

import pytest

from coderbot.botprocess.telegram.command import Call, parse_command


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("/xterm", Call("xterm", "", "")),
        ("/XTERM", Call("xterm", "", "")),
        ("/xterm@my_bot", Call("xterm", "", "")),
        ("/keys@My_Bot  ls  ", Call("keys", "ls", " ls  ")),
        ("/keys  two  blanks", Call("keys", "two  blanks", " two  blanks")),
        ("/keys a\nb", Call("keys", "a\nb", "a\nb")),
        ("/1", Call("1", "", "")),
        ("/xterm@other_bot", None),
        ("/", None),
        ("/etc/hosts", None),
        ("/a-b", None),
        (" /xterm", None),
        ("xterm", None),
        ("", None),
    ],
)
def test_parse_command(message: str, call: Call | None) -> None:
    assert parse_command(message, "my_bot") == call
