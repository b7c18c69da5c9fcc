"""What the documentation names exists."""

import re
import tomllib
from collections import deque
from importlib import metadata
from pathlib import Path

import pytest

import coderbot
from coderbot.cli import main
from coderbot.config.settings import OWN_VARIABLES
from coderbot.controlbot.commands import BY_NAME as CONTROL_COMMANDS
from coderbot.supervisor import machine
from coderbot.supervisor.spec import RestartPolicy
from coderbot.supervisor.state import (
    BackoffElapsed,
    BecameReady,
    BotMachine,
    BotState,
    Event,
    Exited,
    KillRequested,
    ReadyTimedOut,
    RestartRequested,
    Spawned,
    SpawnFailed,
    StartRequested,
    StopRequested,
    StopTimedOut,
    Unfit,
)
from coderbot.worker.telegram.commands import BY_NAME
from scripts.docs_hooks import FROM_ROOT
from scripts.reference.journeys import JOURNEYS
from scripts.reference.licences import dependencies, licence_of
from tests.unit.docs.pages import DOCS, PAGES, ROOT, code_of, page

ORIGINAL_HEADINGS = (
    "Worker Fails to Start",
    "Worker Crashes Repeatedly",
    "Media Not Appearing",
    "Graceful Shutdown Hangs",
)
"""Of the troubleshooting in the description of the original's architecture."""

ELSEWHERE = {
    # @BotFather, Telegram and the original
    *("newbot", "token", "revoke", "logOut", "controlstart"),
    # addresses that are served
    *("metrics", "healthz", "readyz"),
    # commands of programs in a terminal, and examples
    *("clear", "model", "name", "NAME", "aider", "usage", "exit", "command"),
    # directories
    *("tmp", "proc", "bin", "data"),
}
"""Words behind a slash that are no command of ours."""

_LINK = re.compile(
    r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)|src=\"([^\"]+)\""
)


def links(text: str) -> list[str]:
    """Return where the links and pictures of a page lead."""
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.S | re.M)
    return ["".join(found) for found in _LINK.findall(text)]


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files(name: str) -> None:
    for link in links(PAGES[name]):
        path, _, _ = link.partition("#")
        if path and "://" not in path:
            target = (ROOT / name).parent / path
            assert target.exists(), f"{name}: {link}"


def test_pages_of_the_root_stand_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text()
    assert all((ROOT / source).exists() for source in FROM_ROOT.values())
    assert all(re.search(rf"- {name}$", navigation, re.M) for name in FROM_ROOT)


@pytest.mark.parametrize("name", PAGES)
def test_commands_of_a_shell_exist(name: str) -> None:
    for code in code_of(PAGES[name]):
        for word in re.findall(
            r"(?:^|[(|/] ?|^docker .*)\bcoderbot ([a-z][a-z-]+)", code
        ):
            assert word in main.commands, f"{name}: {code}"
        for word in re.findall(r"^make ([a-z]+)", code):
            assert re.search(rf"^{word}:", (ROOT / "Makefile").read_text(), re.M), code


@pytest.mark.parametrize("name", PAGES)
def test_commands_in_chat_exist(name: str) -> None:
    known = {*BY_NAME, *CONTROL_COMMANDS, *ELSEWHERE}
    for code in code_of(PAGES[name]):
        found = re.match(r"/([A-Za-z0-9_]+)(?![/\w.-])", code)
        if found:
            assert found[1] in known, f"{name}: {code}"


def test_variables_exist() -> None:
    prefixes = {each.partition("_")[0] for each in OWN_VARIABLES if "_" in each}
    others = {"CODERBOT_OUTBOX", "CODERBOT_PROGRAM", "CODERBOT_DIRECTORY"}
    # Pages that are made name what there is, and the variables of other programs.
    written = {n: text for n, text in PAGES.items() if "docs/reference/" not in n}
    for name, text in written.items():
        for word in re.findall(r"`\$?([A-Z][A-Z0-9]*_[A-Z0-9_]+)", text):
            if word.partition("_")[0] in prefixes:
                known = OWN_VARIABLES | others
                bench = name == "bench/README.md" and word.startswith("CODERBOT_")
                assert word in known or bench, f"{name}: {word}"


def test_troubleshooting_has_every_heading_of_the_original() -> None:
    headings = re.findall(r"^## (.+)$", page("troubleshooting.md"), re.M)
    assert set(ORIGINAL_HEADINGS) <= set(headings)


def test_the_map_of_the_rooms_is_complete() -> None:
    text = PAGES["CONTRIBUTING.md"]
    (rooms,) = re.findall(r"```\n(coderbot/\n.*?)```", text, re.S)
    package = ROOT / "coderbot"
    found = {path.parent for path in package.glob("*/__init__.py")}
    found |= {path.parent for path in (package / "worker").glob("*/__init__.py")}
    assert all(f"{path.name}/" in rooms for path in found)
    named = re.findall(r"(?<![\w/])[a-z_]+(?:/|\.py)", re.sub(r"`[^`]*`", "", rooms))
    places = (ROOT, package, package / "worker", package / "config", ROOT / "tests")
    made = (ROOT / ".gitignore").read_text().split()
    for name in (*named, *re.findall(r"`((?:[a-z_]+/)+[a-z_]*(?:\.\w+)?)`", text)):
        there = any((place / name).exists() for place in (*places, ROOT / "docs"))
        assert there or name.partition("/")[0] + "/" in made, name


def test_the_journeys_name_files_that_exist() -> None:
    for _, steps in JOURNEYS.values():
        assert len(steps) > 5
        for step in steps:
            assert all((ROOT / "coderbot" / file).exists() for file in step.files)


def test_the_states_are_those_of_the_machine() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| (.+) \|$", page("explanation/architecture.md"), re.M
    )
    told = {state: set(re.findall(r"`(\w+)`", after)) for state, after in rows}
    assert told == edges_of_the_machine()


EVENTS: tuple[Event, ...] = (
    StartRequested(),
    StopRequested(),
    KillRequested(),
    RestartRequested(),
    Spawned(7),
    SpawnFailed("no such file"),
    BecameReady(),
    ReadyTimedOut(),
    Unfit("hung", 2),
    StopTimedOut(),
    BackoffElapsed(),
    *map(Exited, (0, 1, 77, 78, -9)),
)


def edges_of_the_machine() -> dict[str, set[str]]:
    """Return where each state leads, by trying every event in all that is reached."""
    policy = RestartPolicy()
    found: dict[str, set[str]] = {state.value: set() for state in BotState}
    seen, waiting = set(), deque([BotMachine()])
    while waiting:
        at = waiting.popleft()
        for event in EVENTS:
            try:
                after, _ = machine.step(at, event, policy, 1.0)
            except machine.IllegalEdgeError:
                continue
            if after.state is not at.state:
                found[at.state.value].add(after.state.value)
            key = (after.state, after.after, after.pid is None)
            if key not in seen:
                seen.add(key)
                waiting.append(after)
    return found


def test_nothing_is_loaded_from_elsewhere() -> None:
    for path in DOCS.rglob("*"):
        if path.suffix in (".svg", ".css", ".html"):
            text = path.read_text()
            assert not re.search(r"url\([\"']?(https?:)?//|@import|<script", text), path
            assert not re.search(r"(?:src|xlink:href)=[\"'](?:https?:)?//", text), path


def test_the_version_comes_from_one_place() -> None:
    assert metadata.version("coderbot") == coderbot.__version__
    assert f"## [{coderbot.__version__}]" in PAGES["CHANGELOG.md"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert (Path(coderbot.__file__).parent / "py.typed").exists()


def test_each_package_has_a_licence_and_an_exact_version() -> None:
    text = page("reference/licences.md")
    exact = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    packages = [package for package, _ in dependencies()]
    assert len(packages) > 40
    for package in packages:
        name = package.metadata["Name"]
        assert f"| {name} | {licence_of(package)} |" in text
        assert licence_of(package) != "unknown", name
        assert name.lower().replace("_", "-") in exact, name
