"""When a file is finished."""

from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.scan import is_temporary
from coderbot.worker.media.settling import (
    EMPTY_SETTLE_S,
    LONE_CAPTION_S,
    REOPENED_SETTLE_S,
    SETTLE_S,
    UNKNOWN_SETTLE_S,
    Settling,
    Sighting,
)
from coderbot.worker.media.writers import Writers


def _file(size: int = 10, mtime_ns: int = 1, name: str = "a") -> FileId:
    return FileId(name, 1, size, mtime_ns)


def _see(
    settling: Settling,
    now_s: float,
    file: FileId | None = None,
    writers: Writers = Writers.NONE,
    age_s: float = 0.0,
) -> bool:
    """Show one file; return whether it is finished."""
    file = file or _file()
    return settling.observe({file.name: Sighting(file, writers, age_s)}, now_s) == [
        file
    ]


def test_a_quiet_file_is_finished_after_the_settling_time() -> None:
    settling = Settling()
    assert not _see(settling, 0)
    assert not _see(settling, SETTLE_S - 0.01)
    assert _see(settling, SETTLE_S)
    assert settling.waiting == 0
    assert settling.is_told(_file())
    assert not settling.is_told(_file(size=11))


def test_the_time_before_it_was_seen_counts() -> None:
    settling = Settling()
    assert not _see(settling, 0, age_s=0.04)
    assert _see(settling, SETTLE_S - 0.03)
    assert _see(Settling(), 0, age_s=1_000)  # moved here: it is as it was
    assert not _see(Settling(), 0, age_s=-1_000)  # a clock that goes wrong
    assert not _see(Settling(), 0, age_s=1_000, writers=Writers.SOME)
    assert not _see(Settling(), 0, age_s=1_000, writers=Writers.UNKNOWN)


def test_a_writer_that_was_seen_makes_older_time_worthless() -> None:
    settling = Settling()
    assert not _see(settling, 0, age_s=1_000, writers=Writers.SOME)
    assert not _see(settling, 0.01, age_s=1_000)
    assert not _see(settling, SETTLE_S - 0.01, age_s=1_000)
    assert _see(settling, SETTLE_S + 0.01, age_s=1_000)


def test_a_writer_holds_it_back_and_the_time_begins_anew() -> None:
    settling = Settling()
    assert not _see(settling, 0)
    assert not _see(settling, 100, writers=Writers.SOME)
    assert not _see(settling, 100 + SETTLE_S - 0.01)
    assert _see(settling, 100.001 + SETTLE_S)


def test_a_change_begins_the_time_anew() -> None:
    settling = Settling()
    assert not _see(settling, 0)
    assert not _see(settling, 1, _file(size=11))
    assert not _see(settling, 2, _file(size=11, mtime_ns=2))
    assert _see(settling, 2.001 + SETTLE_S, _file(size=11, mtime_ns=2))


def test_an_empty_file_gets_time_to_be_filled() -> None:
    settling = Settling()
    assert not _see(settling, 0, _file(0))
    assert not _see(settling, EMPTY_SETTLE_S - 0.01, _file(0))
    assert _see(settling, EMPTY_SETTLE_S, _file(0))


def test_unknown_writers_take_longer() -> None:
    settling = Settling()
    assert not _see(settling, 0, writers=Writers.UNKNOWN)
    assert not _see(settling, UNKNOWN_SETTLE_S - 0.01, writers=Writers.UNKNOWN)
    assert _see(settling, UNKNOWN_SETTLE_S, writers=Writers.UNKNOWN)


def test_a_file_that_is_opened_again_is_trusted_less() -> None:
    settling = Settling()
    _see(settling, 0)
    assert _see(settling, SETTLE_S)
    assert not _see(settling, 1, _file(11))
    assert not _see(settling, 1 + REOPENED_SETTLE_S - 0.01, _file(11))
    assert _see(settling, 1 + REOPENED_SETTLE_S, _file(11))


def test_what_was_put_away_is_new_when_it_comes_back() -> None:
    settling = Settling()
    _see(settling, 0)
    assert _see(settling, SETTLE_S)
    settling.forget(_file(11))
    assert settling.is_told(_file())
    settling.forget(_file())
    assert not settling.is_told(_file())


def test_a_caption_gives_its_file_time_to_come() -> None:
    settling = Settling()
    caption = _file(name="a.png.caption.txt")
    assert not _see(settling, 0, caption)
    assert not _see(settling, LONE_CAPTION_S - 0.01, caption)
    assert _see(settling, LONE_CAPTION_S, caption)


def test_a_file_that_left_is_forgotten() -> None:
    settling = Settling()
    _see(settling, 0)
    assert settling.observe({}, 1) == []
    assert settling.waiting == 0
    _see(settling, 2)
    assert _see(settling, 3)
    settling.forget_absent({"a"})
    assert settling.is_told(_file())
    settling.forget_absent(set())
    assert not settling.is_told(_file())


def test_order_is_that_of_completion() -> None:
    settling = Settling()
    files = [_file(mtime_ns=3, name="a"), _file(mtime_ns=1, name="b"), _file(name="c")]
    seen = {each.name: Sighting(each, Writers.NONE) for each in files}
    settling.observe(seen, 0)
    finished = settling.observe(seen, 1)
    assert [each.name for each in finished] == ["b", "c", "a"]


def test_who_settles_yet_keeps_back_what_was_written_later() -> None:
    settling = Settling()
    early, late = _file(mtime_ns=1, name="z"), _file(mtime_ns=2, name="a")
    busy = Sighting(_file(mtime_ns=0, name="busy"), Writers.SOME)
    seen = {"z": Sighting(early, Writers.SOME), "busy": busy}
    assert settling.observe(seen, 0) == []
    seen = {
        "z": Sighting(early, Writers.NONE),
        "a": Sighting(late, Writers.NONE, age_s=1),
        "busy": busy,
    }
    assert settling.observe(seen, SETTLE_S / 2) == []
    assert settling.observe(seen, SETTLE_S) == [early, late]


def test_what_came_together_is_told_together() -> None:
    settling = Settling()
    first, second = _file(mtime_ns=1, name="a"), _file(mtime_ns=2, name="b")
    seen = {"a": Sighting(first, Writers.NONE)}
    assert settling.observe(seen, 0) == []
    seen["b"] = Sighting(second, Writers.NONE)
    assert settling.observe(seen, 0.03) == []
    assert settling.observe(seen, SETTLE_S) == []
    assert settling.observe(seen, SETTLE_S + 0.03) == [first, second]


def test_a_stream_of_files_holds_up_none_for_long() -> None:
    settling = Settling()
    seen: dict[str, Sighting] = {}
    told: dict[str, float] = {}
    for step in range(60):
        now_s = step * 0.02
        name = f"{step:03}"
        seen[name] = Sighting(_file(mtime_ns=step, name=name), Writers.NONE)
        for file in settling.observe(seen, now_s):
            del seen[file.name]
            told[file.name] = now_s - int(file.name) * 0.02
    assert list(told) == sorted(told)
    assert len(told) > 50
    assert max(told.values()) < SETTLE_S + 0.08


def test_next_look() -> None:
    settling = Settling()
    assert settling.next_look_s(0, 2.0) == 2.0
    _see(settling, 0)
    assert settling.next_look_s(0.01, 2.0) == SETTLE_S - 0.01
    assert settling.next_look_s(9, 2.0) == 0
    _see(settling, 9, writers=Writers.SOME)
    assert 0 < settling.next_look_s(9, 2.0) < 0.1
    _see(settling, 30, writers=Writers.SOME)
    assert 0.1 < settling.next_look_s(30, 2.0) < 1  # a long writer: less often


def test_temporary_names() -> None:
    for name in (".x", "x~", "x.part", "x.PART", "x.tmp", "x.crdownload", ".x.swp"):
        assert is_temporary(name)
    for name in ("x", "x.png", "part", "x.part.png", "tmp"):
        assert not is_temporary(name)
