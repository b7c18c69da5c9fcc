"""What the bot says about assistants, projects and macros (pure)."""

from collections.abc import Mapping

from coderbot.worker.assistants.model import Assistant

CODERS_HINT = (
    "Each starts in the home directory, or in the one that is named behind it. "
    "/addcoder NAME COMMAND adds one, /removecoder NAME removes it."
)


def starting(name: str) -> str:
    """Return the notice that an assistant is being started."""
    return f"Starting {name}…"


def is_started_already(name: str) -> str:
    """Return why an assistant is not started a second time."""
    return (
        f"{name} is open already. /use {name} shows it, /close {name} closes it; "
        f"then /{name} starts it anew."
    )


def program_ended(name: str, how: str) -> str:
    """Return the word about a program that was started instead of a shell.

    Args:
        name: Of the assistant.
        how: How it ended: `exit 1`, `SIGKILL`.
    """
    return (
        f"{name} ended: {how}. The screen shows its last words; "
        f"/{name} starts it again."
    )


def coder_line(name: str, assistant: Assistant, is_own: bool, is_there: bool) -> str:
    """Return one line of /coders.

    Args:
        name: Of the assistant.
        assistant: Its entry.
        is_own: The user has added it.
        is_there: Its program is in PATH.
    """
    missing = f"{assistant.argv[0]} is not in PATH"
    notes = ("your own",) * is_own + (missing,) * (not is_there)
    note = f" ({', '.join(notes)})" if notes else ""
    what = assistant.title or assistant.command
    return f"{assistant.icon} /{name} - {what}{note}".strip()


def bad_catalogue(problem: str) -> str:
    """Return what is wrong with the file of further assistants."""
    return f"\nThe assistants of this file are left out until it is mended.\n{problem}"


def coder_added(name: str, is_missing: bool) -> str:
    """Return the answer to /addcoder."""
    warning = " Its program is not in PATH yet." if is_missing else ""
    return f"Added. /{name} starts it.{warning}"


def coder_removed(name: str) -> str:
    """Return the answer to /removecoder."""
    return f"Removed: {name}."


def projects(root: str, count: int) -> str:
    """Return the text above a list of projects."""
    return f"{count} projects in {root}:" if count > 1 else f"One project in {root}:"


def no_projects(root: str) -> str:
    """Return what to say when there are no projects."""
    return (
        f"There are no directories in {root}. PROJECTS_ROOT names the directory that "
        "holds the projects."
    )


def project_picked(name: str) -> str:
    """Return the question what to start in a project."""
    return f"📁 {name}\nWhat is to be started there?"


def project_is_gone(name: str) -> str:
    """Return what to say when a project was removed meanwhile."""
    return f"{name} is not there any more."


NO_MACROS = (
    "There are no macros. /macro NAME TEXT makes one: [NAME] in a message then "
    "stands for the text."
)
BAD_MACRO_NAME = (
    "A name begins with a letter and has up to 32 letters, digits, - and _; "
    "[media] is taken."
)
_PREVIEW = 120
"""Characters of a macro that a list shows."""


def macros(known: Mapping[str, str]) -> str:
    """Return a list of macros, by name."""
    return "\n".join(f"[{name}] {_short(text)}" for name, text in known.items())


def no_macro(name: str) -> str:
    """Return what to say about a macro that does not exist."""
    return f"There is no macro [{name}]. /macros lists all."


def macro_set(name: str) -> str:
    """Return the answer to a macro that was set."""
    return f"[{name}] in a message stands for that now; /macros has a button for it."


def macro_deleted(name: str, comes_back: str | None) -> str:
    """Return the answer to a macro that was deleted.

    Args:
        name: Of the macro.
        comes_back: What it stands for by the settings, if anything.
    """
    if not comes_back:
        return f"[{name}] is deleted."
    return f"[{name}] stands for the text of the settings again: {_short(comes_back)}"


def too_many_macros(limit: int) -> str:
    """Return why no further macro can be made."""
    return f"You have {limit} macros already. /macro NAME delete deletes one."


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _PREVIEW else f"{line[: _PREVIEW - 1]}…"


STARTUP_HINT = (
    "/startup TEXT, while an assistant is open, is typed whenever it has started; "
    "/startup NAME TEXT does the same for any."
)


def startup_prompts(prompts: Mapping[str, str]) -> str:
    """Return all startup prompts, and how one is set."""
    lines = [f"/{name}: {_short(prompt)}" for name, prompt in prompts.items()]
    return "\n".join((*lines, "", STARTUP_HINT)).strip()


def startup_prompt(name: str, prompt: str | None) -> str:
    """Return the startup prompt of an assistant."""
    if prompt is None:
        return f"Nothing is typed when {name} has started. /startup TEXT changes that."
    return f"When {name} has started this is typed:\n\n{prompt}"


def startup_set(name: str) -> str:
    """Return the answer to a startup prompt that was set."""
    return (
        f"That is typed when {name} starts the next time. /startup delete removes it."
    )


def startup_deleted(name: str, was_there: bool) -> str:
    """Return the answer to a startup prompt that was deleted."""
    return (
        f"Nothing is typed any more when {name} has started."
        if was_there
        else f"{name} has no startup prompt."
    )


def startup_not_typed(name: str) -> str:
    """Return why a startup prompt was not typed."""
    return (
        f"The startup prompt of {name} was not typed: what runs in the terminal is not "
        f"{name} any more, or it waits for something else."
    )
