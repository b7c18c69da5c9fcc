"""From a name and some words to the program that is started."""

from pathlib import Path

import pytest

from coderbot.worker.assistants.invocation import parse_invocation
from coderbot.worker.assistants.launch import NotInPathError, program_of
from coderbot.worker.assistants.model import Assistant
from coderbot.worker.assistants.projects import DirectoryError, Projects
from coderbot.worker.terminal.program import Program


@pytest.fixture
def projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Projects:
    """A root with the project `alpha`, a program `agent` in PATH, and a home."""
    for name in ("root/alpha", "bin", "home/work", "outside/secret"):
        (tmp_path / name).mkdir(parents=True)
    program = tmp_path / "bin" / "agent"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return Projects(tmp_path / "root")


def launch(text: str, projects: Projects, command: str = "agent --fixed") -> Program:
    entry = Assistant(command=command, arguments="--more 'x y'", install="get agent")
    return program_of("agent", entry, parse_invocation(text), projects)


def test_words_of_all_kinds(projects: Projects) -> None:
    program = launch("alpha --model opus", projects)
    path = str(projects.root.parent / "bin" / "agent")
    fixed = ("--fixed", "--more", "x y")
    assert program.argv == (path, *fixed, "--model", "opus")
    assert program.cwd == projects.root / "alpha"
    assert program.name == "agent"


@pytest.mark.parametrize(
    ("text", "directory", "rest"),
    [
        ("", None, ()),
        ("~/work", "home/work", ()),
        ("~ a", "home", ("a",)),
        ("./alpha", "root/alpha", ()),
        ("..", ".", ()),
        ("update", None, ("update",)),
        ("--resume alpha", None, ("--resume", "alpha")),
    ],
)
def test_directory(
    projects: Projects, text: str, directory: str | None, rest: tuple[str, ...]
) -> None:
    program = launch(text, projects)
    expected = directory and (projects.root.parent / directory).resolve()
    assert program.cwd == expected
    assert program.argv[4:] == rest


@pytest.mark.parametrize("text", ["~/nowhere", "/dev/null", "~nobody/x", "'/\0'"])
def test_bad_directory(projects: Projects, text: str) -> None:
    with pytest.raises(DirectoryError):
        launch(text, projects)


def test_what_is_not_in_path_is_told_with_the_way_to_get_it(
    projects: Projects,
) -> None:
    with pytest.raises(NotInPathError) as caught:
        launch("", projects, "absent")
    assert "absent is not in PATH" in str(caught.value)
    assert "get agent" in str(caught.value)


def test_a_link_never_leads_out_of_the_root(projects: Projects) -> None:
    root, outside = projects.root, projects.root.parent / "outside"
    (root / "escape").symlink_to(outside)
    (root / "deeper").symlink_to(outside / "secret")
    (root / "loop").symlink_to("loop")
    (root / "inside").symlink_to("alpha")
    (root / ".git").mkdir()
    (root / "file").write_text("")
    assert projects.listed() == ("alpha", "inside")
    for name in ("escape", "deeper", "loop", "..", ".", "", "../outside", "file"):
        assert projects.project(name) is None
    assert projects.project("inside") == root / "alpha"


def test_a_root_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match="PROJECTS_ROOT"):
        Projects(tmp_path / "nowhere").listed()
