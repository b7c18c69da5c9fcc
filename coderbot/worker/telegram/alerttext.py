"""What an alert says (pure)."""

from coderbot.worker.terminal.attention import Alert, Reason
from coderbot.worker.terminal.prompt import Prompt, PromptKind


def alert_text(
    terminal: str, alert: Alert, program: str, notice: str, prompt: Prompt | None
) -> str:
    """Return the text of an alert.

    Args:
        terminal: Name of the terminal.
        alert: What has happened.
        program: Name of the program that it has happened to; may be empty.
        notice: What the program has said in its last notification.
        prompt: What it asks now.
    """
    asked = _question(prompt)
    if asked and alert.reason is Reason.BELL:
        # What it rings for says more.
        alert = Alert(Reason.ASKS)
    head = f"{_SIGNS[alert.reason]} {terminal}: {_what(alert, program, notice)}"
    return f"{head}\n\n{asked}" if asked else head


def duration(seconds: float) -> str:
    """Return a length of time in words: `42 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


_SIGNS = {
    Reason.NOTICE: "🔔",
    Reason.ASKS: "❓",
    Reason.ENDED: "✅",
    Reason.FAILED: "⚠️",
    Reason.STILL: "⏳",
    Reason.BELL: "🔔",
    Reason.PROGRESS: "✅",
}


def _what(alert: Alert, program: str, notice: str) -> str:
    who = program or "the program"
    took = duration(alert.took_s) if alert.took_s is not None else ""
    match alert.reason:
        case Reason.NOTICE:
            return notice or f"{who} has something to tell."
        case Reason.ASKS:
            return f"{who} was busy for {took} and asks:" if took else f"{who} asks:"
        case Reason.ENDED:
            return f"{who} has ended after {took}."
        case Reason.FAILED:
            return f"{who} says that something has failed."
        case Reason.STILL:
            return f"{who} was busy for {took} and now waits."
        case Reason.BELL:
            return f"{who} rings."
        case Reason.PROGRESS:
            return f"{who} says that it is done, after {took}."


def _question(prompt: Prompt | None) -> str:
    if prompt is None or prompt.kind is PromptKind.PAGER:
        return ""
    if prompt.kind is PromptKind.PASSWORD:
        return (
            f"{prompt.question}\n"
            "What you send next is typed without being shown, and deleted here."
        )
    return prompt.question
