from coderbot.cluster.lease import Mark, letters_of, read_lease
from coderbot.cluster.session import Beat, Hearing, Session

_A, _B = Session("a", "1"), Session("b", "1")


def test_who_beats_lives() -> None:
    hearing = Hearing(15)
    for number in range(100):
        hearing.hear([Beat("a", "1", number)], [], number * 4.0)
        assert not hearing.is_dead(_A, number * 4.0 + 4.0)


def test_the_same_beat_seen_again_is_no_sign_of_life() -> None:
    hearing = Hearing(15)
    for now in (0.0, 4.0, 8.0, 12.0):
        hearing.hear([Beat("a", "1", 7)], [], now)
    assert hearing.is_dead(_A, 15.0)


def test_a_beat_that_jumps_after_a_long_sleep_is_one() -> None:
    hearing = Hearing(15)
    hearing.hear([Beat("a", "1", 7)], [], 0.0)
    hearing.hear([Beat("a", "1", 900)], [], 3_600.0)
    assert not hearing.is_dead(_A, 3_600.0)


def test_another_run_is_another_session() -> None:
    hearing = Hearing(15)
    hearing.hear([Beat("a", "1", 7)], [], 0.0)
    for now in (4.0, 8.0, 12.0):
        hearing.hear([Beat("a", "2", 7)], [_A], now)
    assert hearing.is_dead(_A, 15.0)
    assert not hearing.is_dead(Session("a", "2"), 15.0)


def test_a_holder_without_a_beat_is_silent_from_when_it_was_seen() -> None:
    hearing = Hearing(15)
    hearing.hear([], [_B], 100.0)
    for now in (104.0, 108.0, 112.0):
        hearing.hear([], [_B], now)
    assert not hearing.is_dead(_B, 114.0)
    assert hearing.is_dead(_B, 115.0)


def test_who_was_never_seen_is_not_known_to_be_dead() -> None:
    assert not Hearing(15).is_dead(_A, 1e9)


def test_the_next_death_is_told() -> None:
    hearing = Hearing(15)
    assert hearing.next_death(0.0) is None
    hearing.hear([Beat("a", "1", 1)], [], 0.0)
    hearing.hear([Beat("a", "1", 1), Beat("b", "1", 1)], [], 4.0)
    assert hearing.next_death(5.0) == 10.0


def test_leases_are_read_as_they_are_written() -> None:
    lease = read_lease("host-1 ab12 1795872796072 ko")
    assert lease is not None
    assert lease.holder == Session("host-1", "ab12")
    assert lease.fence == 1_795_872_796_072
    assert letters_of(lease.marks) == "ko"
    assert lease.marks == {Mark.OFF, Mark.KEPT}
    assert letters_of(frozenset()) == "-"


def test_what_we_have_not_written_is_no_lease() -> None:
    for record in ("", "a b c d", "a b 1", "a b 1 - x", "a b 9999999999999999 -"):
        assert read_lease(record) is None


def test_silence_counts_only_while_we_listen() -> None:
    hearing = Hearing(15)
    hearing.hear([Beat("a", "1", 7)], [], 0.0)
    # Redis could not be asked: perhaps the other could not beat, either.
    hearing.hear([Beat("a", "1", 7)], [], 600.0)
    assert not hearing.is_dead(_A, 604.0)
    for now in (604.0, 608.0, 612.0):
        hearing.hear([Beat("a", "1", 7)], [], now)
    assert hearing.is_dead(_A, 615.0)
