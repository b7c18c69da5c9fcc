"""A fault of our own is told, with an exit code of its own."""

import pytest

from coderbot.cli import _exit_with
from coderbot.errors import CoderBotError, ExitCode


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (
            ValueError("drawing"),
            ExitCode.INTERNAL,
            "internal error: ValueError: drawing",
        ),
        (ValueError(), ExitCode.INTERNAL, "internal error: ValueError: no message"),
        (CoderBotError("known", "do this"), ExitCode.INTERNAL, "coderbot: known"),
    ],
)
def test_faults(
    error: Exception, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        _exit_with(lambda: _raise(error))
    assert caught.value.code == code
    assert words in capsys.readouterr().err
