"""What is kept of a death that nobody asked for (pure)."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coderbot.supervisor.exits import describe_exit
from coderbot.supervisor.lines import LogLine, Stream

MAX_LINES = 200
"""Last lines of a run that a dossier holds."""
MAX_CHARS = 1 << 16
"""Characters that all of them have at most."""
_MAX_LINE_CHARS = 2_000
_MAX_SUMMARY_CHARS = 200
_MAX_AFTERWARDS = 20
"""A traceback with more lines behind it was survived."""

_SIGKILL = -9
_GROWTH = 1.5
"""Memory that has grown so many times within the last heartbeats is rising."""

_FRAME = re.compile(r'\s*File "([^"]*)", line \d+,? in (.+)')
_BEGIN = re.compile(r"Traceback \(most recent call last\):|Fatal Python error: (.+)")
_GROUP_MARGIN = re.compile(r"\s*[|+] ?")
_EXCEPTION = re.compile(r"([A-Za-z_][\w.]*)(?::|$)")
_ADDRESS = re.compile(r"0x[0-9A-Fa-f]+")
_HEX_ID = re.compile(r"\b(?=[0-9a-fA-F-]*\d)[0-9a-fA-F]{8}[0-9a-fA-F-]*\b")
_PATH = re.compile(r"(?<![\w.])/(?:[^\s/'\"]+/)+")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Death:
    """A death as its runner has seen it."""

    bot: str
    run: int
    returncode: int
    """Exit code; a negative number is a signal."""
    reason: str = ""
    """Why the supervisor has ended it; empty when it died by itself."""
    uptime_s: float = 0.0
    was_ready: bool = False
    cpu_s: float | None = None
    peak_rss_bytes: int | None = None
    """The most memory that it had; never less than the supervisor had at its start."""
    rss_samples: tuple[int, ...] = ()
    """Memory in bytes, as its last heartbeats told, the newest last."""
    oom_kills: int = 0
    """Processes that the kernel has killed meanwhile because memory was short."""


@dataclass(frozen=True, slots=True)
class LastLine:
    """One of the last lines of a run."""

    wall: float
    stream: Stream
    level: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is kept of one death; nothing in it is a secret."""

    bot: str
    run: int
    wall: float
    """When, in seconds since 1970."""
    returncode: int
    exit: str
    """`exit 1`, `SIGSEGV`."""
    reason: str
    """Why the supervisor has ended it; empty when it died by itself."""
    guess: str
    """What has probably happened, as far as that can be told; or empty."""
    uptime_s: float
    was_ready: bool
    cpu_s: float | None
    """User and system time of the whole run."""
    rss_bytes: int | None
    """Memory as the last heartbeat told."""
    peak_rss_bytes: int | None
    fingerprint: str
    """The same for deaths of the same kind: six hex digits."""
    summary: str
    """The exception, the last error, or the exit in words."""
    seen: int
    """How often this fingerprint was seen, this time included."""
    first_seen: float
    """When for the first time, in seconds since 1970."""
    lines: tuple[LastLine, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """What a run died of, as its end and its last lines tell."""

    kind: str
    """Type of the exception, or else what is the same for all deaths of its kind."""
    frames: tuple[str, ...]
    """`package/module.py:function`, without numbers of lines."""
    summary: str
    """The line that names the exception, the last error, or the exit in words."""

    @property
    def fingerprint(self) -> str:
        """Six hex digits that are the same for deaths of the same kind."""
        text = "\0".join([self.kind, *self.frames])
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:6]


def normalise(text: str) -> str:
    """Return a text without what differs from one run to the next.

    Addresses, ids, directories and numbers are replaced.
    """
    text = _ADDRESS.sub("ADDRESS", text)
    text = _HEX_ID.sub("ID", text)
    text = _PATH.sub("", text)
    return _NUMBER.sub("N", text)


def find_cause(death: Death, lines: Sequence[LogLine]) -> Cause:
    """Return what a run died of.

    An exit code is explained by a traceback at the end of a stream, or else by the
    last line on stderr or of level error. A signal comes from elsewhere, and what
    was said before has nothing to do with it, but for what faulthandler says.

    Args:
        death: What its runner has seen.
        lines: The lines of this run.
    """
    ended = describe_exit(death.returncode)
    if death.reason:
        return Cause(normalise(death.reason), (), death.reason)
    streams: tuple[Stream, ...] = ("err", "out")
    for name in streams:
        texts = [line.parted[1] for line in lines if line.stream == name]
        cause = _traceback(texts[-MAX_LINES:], fatal=death.returncode < 0)
        if cause is not None:
            return cause
    errors = [
        x for x in lines if x.text.strip() and (x.stream == "err" or x.level >= 40)
    ]
    if death.returncode < 0 or not errors:
        return Cause(ended, (), ended)
    last = errors[-1].parted[1][:_MAX_SUMMARY_CHARS]
    return Cause(f"{ended}: {normalise(last)}", (), f"{ended}: {last}")


def guess(death: Death) -> str:
    """Return what has probably happened to a process, or nothing."""
    if death.returncode != _SIGKILL or death.reason:
        return ""
    if death.oom_kills:
        return "out of memory: the kernel has killed it"
    samples = death.rss_samples
    if len(samples) >= 3 and samples[-1] > _GROWTH * min(samples):
        return "perhaps out of memory: its memory was rising"
    return "killed from outside"


def build(
    death: Death, lines: Iterable[LogLine], wall: float, seen: int, first_seen: float
) -> Dossier:
    """Return the dossier of a death.

    Args:
        death: What its runner has seen.
        lines: The last lines of its bot, without secrets; others than those of
            this run are left out.
        wall: When it died, in seconds since 1970.
        seen: How often its fingerprint was seen, this time included.
        first_seen: When for the first time, in seconds since 1970.
    """
    own = lines_of(death, lines)
    cause = find_cause(death, own)
    return Dossier(
        bot=death.bot,
        run=death.run,
        wall=wall,
        returncode=death.returncode,
        exit=describe_exit(death.returncode),
        reason=death.reason,
        guess=guess(death),
        uptime_s=round(death.uptime_s, 3),
        was_ready=death.was_ready,
        cpu_s=death.cpu_s,
        rss_bytes=death.rss_samples[-1] if death.rss_samples else None,
        peak_rss_bytes=death.peak_rss_bytes,
        fingerprint=cause.fingerprint,
        summary=cause.summary,
        seen=seen,
        first_seen=first_seen,
        lines=_last(own),
    )


def lines_of(death: Death, lines: Iterable[LogLine]) -> list[LogLine]:
    """Return the lines of both streams of the run that has ended."""
    return [line for line in lines if line.run == death.run and line.stream != "sup"]


def _last(lines: Sequence[LogLine]) -> tuple[LastLine, ...]:
    kept: list[LastLine] = []
    room = MAX_CHARS
    for line in reversed(lines[-MAX_LINES:]):
        text = line.text[:_MAX_LINE_CHARS]
        room -= len(text)
        if room < 0:
            break
        kept.append(LastLine(line.wall, line.stream, int(line.level), text))
    return tuple(reversed(kept))


def _traceback(texts: Sequence[str], fatal: bool) -> Cause | None:
    """Return the traceback at the end of a stream, if there is one.

    Args:
        texts: The last lines of the stream.
        fatal: Only what faulthandler writes when a signal kills a process.
    """
    for start in range(len(texts) - 1, -1, -1):
        begin = _BEGIN.search(texts[start])
        if begin is not None:
            if begin[1]:
                return _fatal(begin[1], texts[start:])
            return None if fatal else _exception(texts[start:])
    return None


def _exception(texts: Sequence[str]) -> Cause | None:
    """Return the cause from a traceback that begins with the first text."""
    frames = []
    for number, text in enumerate(texts[1:], 1):
        inner = _GROUP_MARGIN.sub("", text, count=1) if "|" in text[:8] else text
        frame = _FRAME.match(inner)
        if frame is not None:
            frames.append(_function(frame))
        elif inner[:1] not in ("", " ", "\t"):
            if len(texts) - number > _MAX_AFTERWARDS:
                return None
            named = _EXCEPTION.match(inner)
            summary = inner[:_MAX_SUMMARY_CHARS]
            return Cause(named[1] if named else summary, tuple(frames), summary)
    return None


def _fatal(what: str, texts: Sequence[str]) -> Cause:
    """Return the cause from what faulthandler has written, the newest frame first."""
    frames = []
    for text in texts[1:]:
        if text.startswith("Thread 0x"):
            break
        frame = _FRAME.match(text)
        if frame is not None:
            frames.append(_function(frame))
    summary = f"Fatal Python error: {what}"[:_MAX_SUMMARY_CHARS]
    return Cause(normalise(summary), tuple(frames), summary)


def _function(frame: re.Match[str]) -> str:
    """Return `package/module.py:function`: where it is installed does not matter."""
    path = "/".join(frame[1][-_MAX_SUMMARY_CHARS:].split("/")[-2:])
    return f"{normalise(path)}:{frame[2].strip()[:_MAX_SUMMARY_CHARS]}"
