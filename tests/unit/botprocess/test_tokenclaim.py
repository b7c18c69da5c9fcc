"""The right to poll with a token: exclusive, private, and freed by the kernel."""

import os
from pathlib import Path

import pytest

from coderbot.botprocess.tokenclaim import TokenClaim, host_directories, until_ours
from coderbot.redact import Secret
from tests.fakes.clock import FakeClock

TOKEN = Secret("123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr")
ROOT = "https://api.telegram.org"


def claim(*directories: Path, token: Secret = TOKEN, root: str = ROOT) -> TokenClaim:
    return TokenClaim(token, root, directories)


def test_the_second_is_told_who_holds_it(tmp_path: Path) -> None:
    first, second = claim(tmp_path / "locks"), claim(tmp_path / "locks")
    assert first.take() is None
    assert second.take() == str(os.getpid())
    assert second.take() == str(os.getpid())
    first.release()
    assert second.take() is None
    second.release()


def test_other_tokens_and_other_servers_are_free(tmp_path: Path) -> None:
    other = Secret(TOKEN.reveal().replace("AAbb", "BBaa"))
    claims = [
        claim(tmp_path),
        claim(tmp_path, token=other),
        claim(tmp_path, root="http://127.0.0.1:8081"),
    ]
    tmp_path.chmod(0o700)
    assert [each.take() for each in claims] == [None] * 3
    for each in claims:
        each.release()


def test_one_directory_in_common_is_enough(tmp_path: Path) -> None:
    first = claim(tmp_path / "temporary")
    second = claim(tmp_path / "session", tmp_path / "temporary")
    third = claim(tmp_path / "session")
    assert first.take() is None
    assert second.take() is not None
    # The refused one keeps nothing.
    assert third.take() is None
    first.release()
    third.release()
    assert second.take() is None
    second.release()


def test_files_and_directory_are_private_and_without_the_token(tmp_path: Path) -> None:
    first = claim(tmp_path / "locks")
    first.take()
    (lock,) = (tmp_path / "locks").iterdir()
    assert lock.stat().st_mode & 0o777 == 0o600
    assert lock.parent.stat().st_mode & 0o777 == 0o700
    assert TOKEN.reveal()[:9] not in lock.name
    assert lock.read_text() == f"{os.getpid()}\n"
    first.release()


def test_a_place_that_others_can_write_to_is_closed_to_them(tmp_path: Path) -> None:
    place = tmp_path / "open"
    place.mkdir()
    place.chmod(0o777)
    first, second = claim(place), claim(place)
    assert first.take() is None
    assert place.stat().st_mode & 0o777 == 0o700
    assert second.take() == str(os.getpid())
    first.release()


def test_without_any_place_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    linked, real = tmp_path / "linked", tmp_path / "real"
    real.mkdir(mode=0o700)
    linked.symlink_to(real)
    first = claim(linked, Path("/nonexistent/locks"))
    assert first.take() is None
    assert list(real.iterdir()) == []
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "not locked on this host" in record.message
    assert str(linked) in record.message
    assert "/nonexistent/locks" in record.message
    first.release()


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_what_belongs_to_somebody_else_is_not_used(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    os.chown(theirs, 12345, -1)
    first = claim(theirs, ours)
    assert first.take() is None
    assert list(theirs.iterdir()) == []
    (lock,) = ours.iterdir()
    first.release()
    os.chown(lock, 12345, -1)
    assert first.take() is None
    assert lock.stat().st_uid == 0
    first.release()


def test_a_link_in_the_place_of_a_lock_is_not_followed(tmp_path: Path) -> None:
    first, target = claim(tmp_path / "locks"), tmp_path / "target"
    first.take()
    (lock,) = (tmp_path / "locks").iterdir()
    first.release()
    lock.unlink()
    target.write_text("precious")
    lock.symlink_to(target)
    second = claim(tmp_path / "locks")
    assert second.take() is None
    assert target.read_text() == "precious"
    assert lock.is_file()
    assert not lock.is_symlink()
    second.release()


def test_a_shell_does_not_inherit_it(tmp_path: Path) -> None:
    first = claim(tmp_path / "locks")
    first.take()
    assert first._held
    assert not any(os.get_inheritable(each) for each in first._held)
    first.release()


def test_the_places_do_not_depend_on_the_environment() -> None:
    places = host_directories()
    assert places[-1] == Path(f"/tmp/coderbot-{os.getuid()}")
    assert all(str(os.getuid()) in str(place) for place in places)


async def test_it_is_asked_for_again_with_growing_pauses(tmp_path: Path) -> None:
    clock, told = FakeClock(), list[str]()
    first, second = claim(tmp_path / "locks"), claim(tmp_path / "locks")
    first.take()

    def refused(detail: str) -> None:
        told.append(detail)
        if len(told) == 7:
            first.release()

    clock.sleep = _no_wait(clock)  # type: ignore[method-assign]
    await until_ours(second, refused, clock, lambda: 0.5)
    assert told == [f"the token is polled by process {os.getpid()} on this host"] * 7
    assert clock.slept == [0.5, 1, 2, 4, 5, 5, 5]
    second.release()


def _no_wait(clock: FakeClock):  # type: ignore[no-untyped-def]
    async def sleep(seconds: float) -> None:
        clock.slept.append(seconds)

    return sleep
