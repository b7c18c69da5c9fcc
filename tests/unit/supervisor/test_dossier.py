"""What a death was, from what is known of it."""

import pytest

from coderbot.loglevel import Level
from coderbot.supervisor import dossier
from coderbot.supervisor.dossier import Death, build, find_cause, guess, normalise
from coderbot.supervisor.lines import LogLine, Stream

TRACEBACK = """\
Traceback (most recent call last):
  File "/home/anna/app/coderbot/worker/app.py", line {line}, in run
    self.poll({address})
    ~~~~~~~~~^^
  File "/usr/lib/python3/site-packages/telegram/ext.py", line 7, in poll
    raise TimedOut("after {seconds} s")
telegram.error.TimedOut: after {seconds} s"""

SEGFAULT = """\
Fatal Python error: Segmentation fault

Current thread 0x00007f{address} (most recent call first):
  File "/opt/x/ctypes/__init__.py", line {line} in string_at
  File "<string>", line 1 in <module>

Thread 0x00007f1 (most recent call first):
  File "/opt/x/other_{line}.py", line 1 in elsewhere"""


def log(text: str, stream: Stream = "err", run: int = 1) -> list[LogLine]:
    return [
        LogLine(n, 100.0, 1.0, "bot-0", run, stream, Level.INFO, line)
        for n, line in enumerate(text.split("\n"), 1)
    ]


def fingerprint(text: str, returncode: int = 1, reason: str = "") -> str:
    return find_cause(Death("bot-0", 1, returncode, reason), log(text)).fingerprint


def test_the_same_traceback_has_the_same_fingerprint_wherever_it_happens() -> None:
    first = TRACEBACK.format(line=10, address="0x7f00aa", seconds=3)
    second = TRACEBACK.format(line=99, address="0x1234ff", seconds=45)
    moved = second.replace("/home/anna/app", "/srv")
    assert fingerprint(first) == fingerprint(second) == fingerprint(moved)
    assert fingerprint(first) == fingerprint(
        f"[bot-0] {first}".replace("\n", "\n[bot-0] ")
    )
    for other in (
        ("TimedOut:", "Forbidden:"),
        ("in poll", "in send"),
        ("app.py", "b.py"),
    ):
        assert fingerprint(first) != fingerprint(first.replace(*other))
    cause = find_cause(Death("bot-0", 1, 1), log(first))
    assert cause.kind == "telegram.error.TimedOut"
    assert cause.frames == ("worker/app.py:run", "telegram/ext.py:poll")
    assert cause.summary == "telegram.error.TimedOut: after 3 s"


def test_what_faulthandler_says_explains_a_signal() -> None:
    first = SEGFAULT.format(line=5, address="aa")
    second = SEGFAULT.format(line=6, address="bb")
    assert fingerprint(first, -11) == fingerprint(second, -11) != fingerprint("", -11)
    cause = find_cause(Death("bot-0", 1, -11), log(first))
    assert cause.summary == "Fatal Python error: Segmentation fault"
    assert cause.frames == ("ctypes/__init__.py:string_at", "<string>:<module>")


def test_what_was_survived_explains_nothing() -> None:
    survived = TRACEBACK.format(line=1, address=1, seconds=1)
    silent = fingerprint("", -9)
    assert fingerprint(survived, -9) == silent
    later = survived + "\nfine" * 30
    assert find_cause(Death("bot-0", 1, 3), log(later)).summary == "exit 3: fine"


def test_the_last_of_chained_tracebacks_counts() -> None:
    inner = (
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 1'
    )
    outer = TRACEBACK.format(line=1, address=1, seconds=1)
    between = (
        "\n\nDuring handling of the above exception, another exception occurred:\n\n"
    )
    assert fingerprint(inner + between + outer) == fingerprint(outer)


def test_an_exception_group_is_named() -> None:
    text = """\
  + Exception Group Traceback (most recent call last):
  |   File "/x/app.py", line 3, in main
  |     go()
  | ExceptionGroup: two of them (2 sub-exceptions)
  +-+---------------- 1 ----------------"""
    cause = find_cause(Death("bot-0", 1, 1), log(text))
    assert (cause.kind, cause.frames) == ("ExceptionGroup", ("x/app.py:main",))


def test_without_a_traceback_the_last_error_and_the_exit_count() -> None:
    assert fingerprint("port 80 in use") == fingerprint("port 81 in use")
    assert fingerprint("port 80 in use") != fingerprint("port 80 in use", 2)
    assert fingerprint("", 3) != fingerprint("", 4)
    assert fingerprint("noise 1", -9) == fingerprint("other noise", -9)
    assert find_cause(Death("bot-0", 1, 3), []).summary == "exit 3"


def test_why_the_supervisor_has_ended_it_counts() -> None:
    late = "not READY within {} s"
    assert fingerprint("x", -9, late.format(60)) == fingerprint("y", -9, late.format(5))
    assert fingerprint("x", -9, late.format(60)) != fingerprint("x", -9)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("at 0x7f00aaBB", "at ADDRESS"),
        ("/home/anna/a.py: 17 of 20", "a.py: N of N"),
        ("job 0b5c1f9a-77aa-4c1e-9b1d-6f2a4d5e6f70 died", "job ID died"),
        ("deadline and facade are words", "deadline and facade are words"),
    ],
)
def test_what_differs_from_run_to_run_is_replaced(text: str, normal: str) -> None:
    assert normalise(text) == normal


def test_why_it_was_probably_killed() -> None:
    mb = 1 << 20
    rising = (50 * mb, 70 * mb, 90 * mb)
    assert guess(Death("bot-0", 1, -9, oom_kills=1)).startswith("out of memory")
    assert guess(Death("bot-0", 1, -9, rss_samples=rising)).startswith("perhaps out of")
    assert (
        guess(Death("bot-0", 1, -9, rss_samples=(mb, mb, mb))) == "killed from outside"
    )
    assert guess(Death("bot-0", 1, -9, "not READY", oom_kills=1)) == ""
    assert guess(Death("bot-0", 1, 1, rss_samples=rising)) == ""


def test_a_dossier_holds_the_last_lines_of_its_run_bounded() -> None:
    lines = log("old", run=1) + log("\n".join(map(str, range(500))), "out", run=2)
    lines += log("said of it", "sup", run=2)
    found = build(Death("bot-0", 2, 1), lines, 5.0, 1, 5.0)
    assert [line.text for line in found.lines] == [str(n) for n in range(300, 500)]
    long = log("\n".join(["x" * 16_000] * 300), "out")
    found = build(Death("bot-0", 1, 1), long, 5.0, 1, 5.0)
    assert 20 < len(found.lines) < 200
    assert sum(len(line.text) for line in found.lines) <= dossier.MAX_CHARS
