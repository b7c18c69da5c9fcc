"""Small programs in a PATH of their own that behave like coding assistants."""

import os
import sys
from pathlib import Path

_TALKS = f"""#!{sys.executable}
import os, sys
print("NAME", os.path.basename(sys.argv[0]), "ARGV", sys.argv[1:], flush=True)
print("CWD", os.getcwd(), flush=True)
print("KEY", os.environ.get("ANTHROPIC_API_KEY"), flush=True)
for line in sys.stdin:
    print("HEARD", line.strip(), flush=True)
"""
"""Tells how it was started, then repeats every line."""


ASKS = f"""#!{sys.executable}
import sys
print("Do you trust the files in this folder?", flush=True)
print(" 1. Yes, proceed", flush=True)
print(" 2. No, exit", flush=True)
answer = sys.stdin.readline().strip()
print("\\x1b[2J\\x1b[HANSWER", answer, "READY", flush=True)
for line in sys.stdin:
    print("HEARD", line.strip(), flush=True)
"""
"""Wants an answer before it is ready."""

STARTS_SLOWLY = f"""#!{sys.executable}
import sys, time
# Sets the terminal up, and shows nothing for longer than a screen must be still.
print("\\x1b[?25h", end="", flush=True)
time.sleep(1.8)
for step in range(4):
    print("loading", step, flush=True)
    time.sleep(0.4)
print("READY", flush=True)
for line in sys.stdin:
    print("HEARD", line.strip(), flush=True)
"""
"""Shows nothing at first, and then draws with pauses."""


def make_program(directory: Path, name: str, content: str = _TALKS) -> Path:
    """Put a program into `directory`/bin; by default one that tells and repeats."""
    path = directory / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    path.chmod(0o755)
    return path


def path_with(directory: Path) -> str:
    """Return a PATH that begins with `directory`/bin."""
    return f"{directory / 'bin'}:{os.environ['PATH']}"
