"""What a message types."""

import pytest

from coderbot.worker.telegram.typed import typed_text

MARKS = {
    "m0": "first",
    "m1": "",
    "m2": r"cost: \1 $& $$",
    "m3": "[m0]",
    "fix-it": "mend [m0] and\nrun the tests",
    "media": "/media/bot-0",
}


@pytest.mark.parametrize(
    ("message", "typed"),
    [
        ("ls -la", "ls -la"),
        (".clear", "/clear"),
        (".model gpt-5", "/model gpt-5"),
        (".compact\nnow", "/compact\nnow"),
        (".mcp__tool:x", "/mcp__tool:x"),
        # What a shell means by a point stays.
        ("./x", "./x"),
        ("..", ".."),
        ("../x", "../x"),
        (".", "."),
        (". venv/bin/activate", ". venv/bin/activate"),
        (".env.example", ".env.example"),
        (".venv/bin/python", ".venv/bin/python"),
        ("ls .clear", "ls .clear"),
        ("./run .clear", "./run .clear"),
        # Macros.
        ("[m0] [m0]", "first first"),
        ("[m1]", "[m1]"),
        ("[M0]", "[M0]"),
        ("[m10]", "[m10]"),
        ("[m2]", r"cost: \1 $& $$"),
        ("[fix-it]", "mend [m0] and\nrun the tests"),
        ("please [Fix-It]!", "please mend [m0] and\nrun the tests!"),
        ("[nothing] [fix it] [] [-a]", "[nothing] [fix it] [] [-a]"),
        ("a[0] [[m0]]", "a[0] [first]"),
        # What a macro stands for is not looked at again.
        ("[m3]", "[m0]"),
        ("cp a [media] [MEDIA]", "cp a /media/bot-0 /media/bot-0"),
        (".rename [m0]", "/rename first"),
        # A point before what is no command stays, too.
        (".hidden", ".hidden"),
        (".bashrc", ".bashrc"),
        (".say [m0]", ".say first"),
        ("..hidden", "..hidden"),
        ("..exit", ".exit"),
        (".Clear", "/clear"),
        (".plugin:name", "/plugin:name"),
        ("//deploy now", "/deploy now"),
        ("// a remark", "// a remark"),
        ("//server/share", "//server/share"),
        ("ls //deploy", "ls //deploy"),
    ],
)
def test_typed_text(message: str, typed: str) -> None:
    assert typed_text(message, MARKS) == typed
