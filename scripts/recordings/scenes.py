"""The programs that are recorded, and what is typed into them."""

import functools
import http.server
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of a scene."""

    wait_for: str = ""
    """Shown when the moment has come, and the program pauses; after `…` at once."""
    keys: str = ""
    """Typed then."""
    marker: str = ""
    """The screen of this moment is compared under this name."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A program on a terminal, and what happens to it."""

    argv: tuple[str, ...]
    steps: tuple[Step, ...]
    columns: int = 80
    rows: int = 24
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Path], None] = lambda _directory: None


_CODE = '''\
"""Counts words."""

import re
from collections import Counter
from pathlib import Path

WORD = re.compile(r"[\\w']+")
LIMIT = 0x10  # shown at most


def count(path: Path, least: int = 2) -> Counter[str]:
    """Return the words of a file that are used more than once."""
    words = Counter(WORD.findall(path.read_text().lower()))
    return Counter({word: n for word, n in words.items() if n >= least})


class Report:
    def __init__(self, words: Counter[str]) -> None:
        self.words = words

    def __str__(self) -> str:
        rows = (f"{n:6} {word}" for word, n in self.words.most_common(LIMIT))
        return "\\n".join(rows) or "nothing — try another file"


if __name__ == "__main__":
    print(Report(count(Path("README.md"))))
'''


def _write_code(directory: Path) -> None:
    (directory / "words.py").write_text(_CODE)
    (directory / ".vimrc").write_text(
        "syntax on\nset number hlsearch termguicolors background=dark\n"
        "set laststatus=2 cursorline noswapfile viminfo=\ncolorscheme desert\n"
    )


def _write_text(directory: Path) -> None:
    lines = [f"{n:4}  \x1b[3{n % 7 + 1}mline {n}\x1b[0m of a text" for n in range(300)]
    lines[40] += ", with a needle in it " + "and a very long end " * 8
    (directory / "text.log").write_text("\n".join(lines) + "\n")


_COMMITS = """
main First steps
main Read the settings
feature Draw the screen
feature Draw it faster
main Mend the tests
+feature
topic Try another colour
main Say what is wrong
+topic
main Version 1.0
"""


def _make_repository(directory: Path) -> None:
    """Make a history with merges whose hashes are always the same."""
    when = 1_700_000_000

    def git(*arguments: str) -> None:
        stamp = f"{when} +0000"
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(directory),
            **{
                f"GIT_{who}_{what}": value
                for who in ("AUTHOR", "COMMITTER")
                for what, value in (
                    ("NAME", "Anna"),
                    ("EMAIL", "anna@example.org"),
                    ("DATE", stamp),
                )
            },
        }
        subprocess.run(
            ("git", *arguments),
            cwd=directory,
            env=environment,
            check=True,
            capture_output=True,
        )

    git("init", "-b", "main")
    known, here = {"main"}, "main"
    for line in _COMMITS.strip().splitlines():
        when += 3_600
        branch, _, subject = line.partition(" ")
        if branch.startswith("+"):
            git("checkout", "main")
            git("merge", "--no-ff", "-m", f"Merge {branch[1:]}", branch[1:])
            here = "main"
            continue
        if branch != here:
            git("checkout", *(() if branch in known else ("-b",)), branch)
        known.add(branch)
        here = branch
        git("commit", "--allow-empty", "-m", subject)
    git("tag", "v1.0")


class _SlowIndex(http.server.SimpleHTTPRequestHandler):
    """A package index on loopback that takes two seconds for a file."""

    def do_GET(self) -> None:
        """Answer with a page that names the file, or with the file."""
        wheel = next(Path(self.directory).glob("*.whl"))
        if not self.path.endswith(".whl"):
            self._begin(
                "text/html",
                page := f'<a href="/{wheel.name}">{wheel.name}</a>'.encode(),
            )
            self.wfile.write(page)
            return
        body = wheel.read_bytes()
        self._begin("application/octet-stream", body)
        for at in range(0, len(body), len(body) // 20):
            self.wfile.write(body[at : at + len(body) // 20])
            time.sleep(0.1)

    def _begin(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _serve_package(directory: Path) -> None:
    """Put a package of 8 MB on a slow local server, and a script that gets it."""
    served = directory / "served"
    served.mkdir()
    with zipfile.ZipFile(served / "demo-1.0-py3-none-any.whl", "w") as wheel:
        info = "demo-1.0.dist-info"
        wheel.writestr("demo/data.bin", b"\0" * 8_000_000)
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    handler = functools.partial(_SlowIndex, directory=str(served))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (directory / "get.sh").write_text(
        "exec python3 -m pip --isolated --disable-pip-version-check download --no-deps "
        f"--no-cache-dir --index-url http://127.0.0.1:{server.server_port}/ demo\n"
    )


_TMUX = """
set -g default-terminal tmux-256color
set -g status-right ' #[fg=black,bg=yellow] ready '
set -g status-left '[work] '
set -g automatic-rename off
set -g destroy-unattached on
set -g default-command "env PS1='$ ' sh"
set -sg escape-time 0
"""


def _write_tmux(directory: Path) -> None:
    (directory / ".tmux.conf").write_text(_TMUX)
    _make_repository(directory)


SCENES: Mapping[str, Scene] = {
    "vim": Scene(
        ("vim", "words.py"),
        (
            Step("words.py", "/words\r", ""),
            Step("/words", "", "search"),
            Step("", ":vsplit\r\x17lG"),
            Step("", "V3k", ""),
            Step("VISUAL", "", "selection"),
            Step("", "\x1b:qa!\r"),
        ),
        prepare=_write_code,
    ),
    "less": Scene(
        ("less", "-R", "-S", "text.log"),
        (
            Step("text.log", "", "start"),
            Step("", "/needle\r"),
            Step("needle", "", "found"),
            Step("", "q"),
        ),
        prepare=_write_text,
    ),
    "htop": Scene(
        (
            *("unshare", "--pid", "--fork", "--mount-proc", "sh", "-c"),
            "sleep 600 & sleep 700 & yes >/dev/null & exec htop -d 5",
        ),
        (
            Step("F10", "\x1b[B\x1b[B"),
            Step("…yes", "", ""),
            Step("…Load", "", ""),
            Step("…Load", "", "meters"),
            Step("…Load", "\x1bOQ", ""),
            Step("…Categories", "", ""),
            Step("…Meters", "", "setup"),
            Step("…", "\x1b"),
        ),
        environment={"HTOPRC": "/dev/null"},
    ),
    "tmux": Scene(
        ("tmux", "-L", "recording", "-f", ".tmux.conf", "new", "-s", "work", "sh"),
        (
            Step("ready", "PS1='$ '; clear\r"),
            Step("$", "git log --oneline --color | cat\r"),
            Step("First steps", "\x02%"),
            Step("│", "PS1='% '; clear; printf '\\033[1;35mright side\\033[0m\\n'\r"),
            Step("right side", '\x02"'),
            Step("├", "", "panes"),
            Step("", "\x02["),
            Step("[0/", "", "copy-mode"),
        ),
        prepare=_write_tmux,
    ),
    "git-log": Scene(
        (
            "git",
            "-c",
            "color.ui=always",
            "log",
            "--graph",
            "--oneline",
            "--decorate",
            "--all",
        ),
        (Step("First steps", "", "graph"), Step("", "q")),
        environment={"GIT_PAGER": "less -R", "LESS": ""},
        prepare=_make_repository,
    ),
    "pip": Scene(
        ("sh", "get.sh"),
        (
            Step("…4.", "", "halfway"),
            Step("Successfully", "", "end"),
        ),
        prepare=_serve_package,
    ),
    "agent-inline": Scene(
        (sys.executable, str(_HERE / "agent_inline.py")),
        (
            Step("? for shortcuts", "add a test\r"),
            Step("…(6s", "", "working"),
            Step("Do you want", "", "question"),
            Step("", "1"),
            Step("All done", "", "end"),
            Step("", "\x03"),
        ),
        rows=34,
    ),
    "agent-fullscreen": Scene(
        (sys.executable, str(_HERE / "agent_fullscreen.py")),
        (
            Step("ctrl+p", "explain\r"),
            Step("…80%", "", "streaming"),
            Step("done", "", "end"),
            Step("", "q"),
        ),
        columns=100,
        rows=32,
    ),
}
