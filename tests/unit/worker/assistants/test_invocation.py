"""What is written behind the name of an assistant."""

import pytest

from coderbot.worker.assistants.invocation import InvocationError, parse_invocation


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("~/project --model opus", ("~/project", "--model", "opus")),
        ("'a b' \"c d\"", ("a b", "c d")),
        # Nothing is a shell's: neither variables nor commands are expanded.
        ("$HOME; rm *", ("$HOME;", "rm", "*")),
        ("$(id) `id` | cat", ("$(id)", "`id`", "|", "cat")),
        # Keyboards of phones make one long dash of two, and curl the quotes.
        ("\u2014model opus", ("--model", "opus")),
        ("-p \u201ca b\u201d", ("-p", "a b")),
        ("a\u2014b \u2014 c", ("a\u2014b", "\u2014", "c")),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert parse_invocation(text).words == words


@pytest.mark.parametrize(
    ("text", "names_directory"),
    [
        ("~", True),
        ("~/project", True),
        ("/srv", True),
        (".", True),
        ("../x", True),
        (".hidden", False),
        ("project", False),
        ("--model", False),
        ("", False),
    ],
)
def test_directory(text: str, names_directory: bool) -> None:
    assert parse_invocation(text).names_directory is names_directory


def test_an_open_quote_is_told() -> None:
    with pytest.raises(InvocationError, match="quot"):
        parse_invocation("-p 'never closed")
