"""Files that a user asks for."""

import os
from pathlib import Path

import pytest

from coderbot.worker.media import finding
from coderbot.worker.media.finding import contents, matches, newest_notes, words_of


def _make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("a b", ["a", "b"]),
        ("'two words.txt' b", ["two words.txt", "b"]),
        ("two\\ words", ["two words"]),
        ("it's", ["it's"]),
        ("", []),
    ],
)
def test_words(argument: str, words: list[str]) -> None:
    assert words_of(argument) == words


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["a.log"], ["a.log"]),
        (["*.log"], ["a.log", "b.log"]),
        (["b.log", "*.log"], ["b.log", "a.log"]),  # each once
        (["[x].txt"], ["[x].txt"]),  # there is one of that very name
        (["sub/../a.log"], ["a.log"]),
        (["sub"], ["sub"]),
        (["pipe", "gone", "dangling"], []),
        (["link"], ["link"]),  # asked for by name, a link is followed
    ],
)
def test_matches(tmp_path: Path, words: list[str], names: list[str]) -> None:
    _make(tmp_path, "a.log", "b.log", "[x].txt", "x.txt", "sub/c.log")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "link").symlink_to("a.log")
    assert [each.path.name for each in matches(words, tmp_path)] == names


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("**/*.log", ["a.log", "one/b.log", "one/two/c.log"]),
        ("one/**/c.log", ["one/two/c.log"]),
        ("o*/**/*.log", ["one/b.log", "one/two/c.log"]),
        ("**/two/*", ["one/two/c.log"]),
        ("**", ["a.log", "one", "one/b.log", "one/two", "one/two/c.log"]),
        ("**/.git/*", []),
        ("**/nothing", []),
    ],
)
def test_any_depth(tmp_path: Path, word: str, names: list[str]) -> None:
    _make(tmp_path, "a.log", "one/b.log", "one/two/c.log", ".git/d.log")
    (tmp_path / "round").symlink_to(".")
    found = [each.path.relative_to(tmp_path) for each in matches([word], tmp_path)]
    assert [str(path) for path in found if path.name != "round"] == names


def test_home_and_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make(tmp_path, "home/a", "b")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    found = matches(["~/a", str(tmp_path / "b")], Path("/"))
    assert [each.path for each in found] == [tmp_path / "home/a", tmp_path / "b"]


def test_matches_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MAX_FOUND", 3)
    _make(tmp_path, *(f"{number}.log" for number in range(5)))
    assert len(matches(["*.log", "*"], tmp_path)) == 3


def test_contents(tmp_path: Path) -> None:
    _make(tmp_path, "b", "A", "z/inner")
    assert [each.path.name for each in contents(tmp_path)] == ["z", "A", "b"]


def test_newest_notes(tmp_path: Path) -> None:
    names = ["old.md", "new.MD", "sub/deep/mid.markdown", "x.txt"]
    hidden = [".git/a.md", "node_modules/b.md"]
    _make(tmp_path, *names, *hidden)
    for age, name in enumerate(("new.MD", "sub/deep/mid.markdown", "old.md")):
        os.utime(tmp_path / name, (1_000 - age, 1_000 - age))
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dir.md").mkdir()
    found = [str(each.path.relative_to(tmp_path)) for each in newest_notes(tmp_path, 5)]
    assert found == ["new.MD", "sub/deep/mid.markdown", "old.md"]
    assert len(newest_notes(tmp_path, 2)) == 2


def test_a_search_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(tmp_path, *(f"{number}.md" for number in range(20)))
    monkeypatch.setattr(finding, "_MAX_SCANNED", 7)
    assert len(newest_notes(tmp_path, 100)) == 7
    monkeypatch.setattr(finding, "_SCAN_S", -1.0)
    assert newest_notes(tmp_path, 100) == []


def test_what_may_not_be_read_is_passed_over(tmp_path: Path) -> None:
    assert newest_notes(tmp_path / "gone", 5) == []
