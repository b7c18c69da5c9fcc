"""What alerts say, and who wants to hear it."""

import pytest

from coderbot.worker.preferences.model import NotifyLevel
from coderbot.worker.telegram.alerttext import alert_text, duration
from coderbot.worker.telegram.lookout import is_wanted
from coderbot.worker.terminal.attention import Alert, Reason
from coderbot.worker.terminal.prompt import Option, Prompt, PromptKind

QUESTION = Prompt(PromptKind.YES_NO, "Go on? [y/N]", (Option("Yes", ("y",)),))
SECRET = Prompt(PromptKind.PASSWORD, "Password:")
PAGER = Prompt(PromptKind.PAGER, "", (Option("Quit", ("q",)),))


@pytest.mark.parametrize(
    ("alert", "program", "notice", "prompt", "text"),
    [
        (Alert(Reason.NOTICE), "claude", "Needs you", None, "🔔 build: Needs you"),
        (Alert(Reason.BELL), "vim", "old words", None, "🔔 build: vim rings."),
        (
            Alert(Reason.BELL),
            "npm",
            "",
            QUESTION,
            "❓ build: npm asks:\n\nGo on? [y/N]",
        ),
        (
            Alert(Reason.ENDED, 72.4),
            "make",
            "",
            None,
            "✅ build: make has ended after 1 min 12 s.",
        ),
        (
            Alert(Reason.ASKS, 30),
            "apt",
            "",
            QUESTION,
            "❓ build: apt was busy for 30 s and asks:\n\nGo on? [y/N]",
        ),
        (
            Alert(Reason.STILL, 30),
            "",
            "",
            PAGER,
            "⏳ build: the program was busy for 30 s and now waits.",
        ),
        (
            Alert(Reason.PROGRESS, 20),
            "pip",
            "",
            None,
            "✅ build: pip says that it is done, after 20 s.",
        ),
        (
            Alert(Reason.FAILED),
            "pip",
            "",
            None,
            "⚠️ build: pip says that something has failed.",
        ),
    ],
)
def test_texts(
    alert: Alert, program: str, notice: str, prompt: Prompt | None, text: str
) -> None:
    assert alert_text("build", alert, program, notice, prompt) == text


def test_a_password_says_what_becomes_of_the_answer() -> None:
    text = alert_text("build", Alert(Reason.ASKS, 30), "sudo", "", SECRET)
    assert text.endswith("deleted here.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (7_800, "2 h 10 min")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("level", "reason", "prompt", "wanted"),
    [
        ("all", Reason.ENDED, None, True),
        ("waiting", Reason.ENDED, None, False),
        ("waiting", Reason.ENDED, QUESTION, True),
        ("waiting", Reason.BELL, None, True),
        ("off", Reason.NOTICE, QUESTION, False),
    ],
)
def test_levels(
    level: NotifyLevel, reason: Reason, prompt: Prompt | None, wanted: bool
) -> None:
    assert is_wanted(level, Alert(reason), prompt) is wanted
