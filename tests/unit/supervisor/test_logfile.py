"""The files of one bot."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coderbot.supervisor.logfile import LogFile, newest_pieces
from coderbot.supervisor.storedlines import first_number, last_number


def put(log: LogFile, *lines: str) -> None:
    assert log.write("".join(f"{line}\n" for line in lines).encode()) == (b"", None)


def contents(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(directory.iterdir())}


@contextmanager
def full_beyond(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size`: as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_files_are_rotated_by_size_at_whole_lines(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "bot-0", 10)
    put(log, "1234", "5678", "abcd")
    put(log, "efgh")
    put(log, "x", "longer than a file", "y")
    assert contents(tmp_path) == {
        "bot-0.log": "y\n",
        "bot-0.log.1": "longer than a file\n",
        "bot-0.log.2": "x\n",
        "bot-0.log.3": "abcd\nefgh\n",
        "bot-0.log.4": "1234\n5678\n",
    }
    assert log.total_bytes == sum(len(text) for text in contents(tmp_path).values())
    log.close()


def test_the_oldest_goes_first_and_the_written_one_last(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "bot-0", 5)
    put(log, "1234", "5678", "abcd")
    log.drop_oldest()
    assert list(contents(tmp_path)) == ["bot-0.log", "bot-0.log.1"]
    log.drop_oldest()
    assert not log.has_older
    log.drop_oldest()
    assert contents(tmp_path) == {}
    assert log.total_bytes == 0


def test_a_torn_end_of_an_earlier_run_is_ended(tmp_path: Path) -> None:
    (tmp_path / "bot-0.log").write_text("whole\ntorn")
    (tmp_path / "bot-0.log").chmod(0o644)
    log = LogFile(tmp_path, "bot-0", 1_000)
    put(log, "new")
    log.close()
    assert contents(tmp_path) == {"bot-0.log": "whole\ntorn\nnew\n"}
    assert (tmp_path / "bot-0.log").stat().st_mode & 0o777 == 0o600


def test_a_full_disk_tears_no_line(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "bot-0", 1_000_000)
    put(log, "first")
    with full_beyond(10):
        rest, error = log.write(b"second line\n")
    assert (rest, type(error)) == (b"second line\n", OSError)
    assert contents(tmp_path) == {"bot-0.log": "first\n"}
    put(log, "third")
    assert contents(tmp_path) == {"bot-0.log": "first\nthird\n"}
    log.close()


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "bot-0.log").symlink_to(tmp_path / "victim")
    assert isinstance(LogFile(logs, "bot-0", 99).write(b"x\n")[1], OSError)
    (tmp_path / "link").symlink_to(logs)
    assert isinstance(LogFile(tmp_path / "link", "bot-1", 99).write(b"x\n")[1], OSError)
    assert (tmp_path / "victim").read_text() == ""
    assert not (logs / "bot-1.log").exists()


def test_a_pipe_in_its_place_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "bot-0.log")
    assert LogFile(tmp_path, "bot-0", 99).write(b"x\n")[0] == b"x\n"


def test_a_file_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "logs", "bot-0", 99)
    put(log, "gone")
    (tmp_path / "logs" / "bot-0.log").unlink()
    (tmp_path / "logs").rmdir()
    put(log, "there")
    log.close()
    assert contents(tmp_path / "logs") == {"bot-0.log": "there\n"}
    assert (tmp_path / "logs").stat().st_mode & 0o777 == 0o700


def numbered(seq: int, text: str) -> str:
    return f"2023-11-14T22:13:20.250Z INFO out run 1@{seq} {text}"


def follower(text: str) -> str:
    return f"2023-11-14T22:13:20.250Z INFO out run 1 {text}"


@pytest.mark.parametrize("length", [1, 262_100, 262_144, 262_200, 800_000])
def test_pieces_begin_with_a_number_and_are_whole(tmp_path: Path, length: int) -> None:
    log = LogFile(tmp_path, "bot-0", 1 << 24)
    # A text that quotes a line of a file is no beginning of one.
    lines = [numbered(1, "a"), follower("x" * length + numbered(9, "b")), follower("c")]
    more = [numbered(4, "d"), follower("e")]
    put(log, *lines, *more)
    log.close()
    pieces = list(newest_pieces(tmp_path, "bot-0"))
    assert b"".join(reversed(pieces)).decode() == "".join(
        f"{line}\n" for line in (*lines, *more)
    )
    assert all(first_number(piece) in (1, 4) for piece in pieces)


def test_lines_that_were_parted_from_their_number_find_it_again(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "bot-0", 120)
    lines = [numbered(1, "a"), *(follower(str(number)) for number in range(9))]
    put(log, *lines)
    log.close()
    assert len(contents(tmp_path)) > 3
    (piece,) = newest_pieces(tmp_path, "bot-0")
    assert piece.decode() == "".join(f"{line}\n" for line in lines)
    assert last_number(piece) == 10


def test_a_file_that_is_renamed_meanwhile_is_read_once(tmp_path: Path) -> None:
    log = LogFile(tmp_path, "bot-0", 60)
    put(log, numbered(1, "a"), numbered(2, "b"))
    pieces = newest_pieces(tmp_path, "bot-0")
    assert last_number(next(pieces)) == 2
    put(log, numbered(3, "c"))
    log.close()
    assert [last_number(piece) for piece in pieces] == []
