from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.cluster.placement import Seat, Unit, place, score

_FIFTY = [Seat(f"host-{number}") for number in range(50)]
_MANY = [Unit(f"bot-{number}", f"key-{number}") for number in range(2_000)]


def _units(count: int) -> list[Unit]:
    return [Unit(f"bot-{number}", f"key-{number}") for number in range(count)]


_seats = st.lists(
    st.builds(
        Seat,
        st.integers(0, 30).map(lambda number: f"host-{number}"),
        st.sampled_from([0.0, 0.5, 1.0, 2.0]),
        st.frozensets(st.sampled_from(["gpu", "eu"])),
    ),
    unique_by=lambda seat: seat.host,
    max_size=6,
)
_some_units = st.lists(
    st.builds(
        Unit,
        st.just("bot"),
        st.integers(0, 50).map(lambda number: f"key-{number}"),
        st.sampled_from([0.5, 1.0, 3.0]),
        st.sampled_from(["", "", "gpu", "eu", "host-1"]),
        st.sampled_from(["", "", "bot-1", "bot-2"]),
    ),
    unique_by=lambda unit: unit.key,
    max_size=25,
)
_held = st.dictionaries(
    st.integers(0, 50).map(lambda number: f"key-{number}"),
    st.integers(0, 30).map(lambda number: f"host-{number}"),
)


@given(_some_units, _seats, _held)
def test_every_unit_is_where_it_may_be(
    units: list[Unit], seats: list[Seat], held: dict[str, str]
) -> None:
    placed = place(units, seats, held)
    by_host = {seat.host: seat for seat in seats}
    for unit in units:
        can = [seat for seat in seats if seat.weight > 0 and seat.suits(unit)]
        if can:
            assert by_host[placed[unit.key]] in can
        else:
            assert unit.key not in placed


@given(_some_units, _seats, _held, st.randoms())
def test_all_hosts_come_to_the_same(
    units: list[Unit], seats: list[Seat], held: dict[str, str], random: object
) -> None:
    placed = place(units, seats, held)
    assert place(units[::-1], seats[::-1], held) == placed


@given(_some_units, _seats, _held)
def test_what_is_placed_stays(
    units: list[Unit], seats: list[Seat], held: dict[str, str]
) -> None:
    placed = place(units, seats, held)
    assert place(units, seats, placed) == placed


@given(st.integers(1, 60), st.lists(st.floats(0.25, 4), min_size=1, max_size=8))
def test_nobody_is_more_than_one_unit_from_its_share(
    count: int, weights: list[float]
) -> None:
    seats = [Seat(f"host-{number}", weight) for number, weight in enumerate(weights)]
    loads = Counter(place(_units(count), seats, {}).values())
    # No move would make it fairer.
    fullest = max(seats, key=lambda seat: loads[seat.host] / seat.weight)
    most = loads[fullest.host] / fullest.weight
    assert all((loads[each.host] + 1) / each.weight >= most - 1e-6 for each in seats)


@given(st.integers(2, 8), st.integers(0, 80))
def test_only_what_a_lost_host_had_moves(hosts: int, count: int) -> None:
    seats = _FIFTY[:hosts]
    before = place(_units(count), seats, {})
    after = place(_units(count), seats[1:], before)
    moved = {key for key, host in before.items() if after[key] != host}
    assert moved == {key for key, host in before.items() if host == seats[0].host}


def test_two_thousand_bots_are_even_and_move_little() -> None:
    before = place(_MANY, _FIFTY, {})
    loads = Counter(before.values())
    assert set(loads.values()) == {40}
    after = place(_MANY, _FIFTY[1:], before)
    moved = sum(after[key] != host for key, host in before.items())
    assert moved <= 1.2 * 2_000 / 50
    loads = Counter(after.values())
    assert max(loads.values()) <= 1.1 * 2_000 / 49
    assert min(loads.values()) >= 0.9 * 2_000 / 49


def test_a_host_that_comes_back_gets_what_it_had() -> None:
    before = place(_MANY, _FIFTY, {})
    without = place(_MANY, _FIFTY[1:], before)
    back = place(_MANY, _FIFTY, without)
    own = {key for key, host in before.items() if host == "host-0"}
    again = {key for key, host in back.items() if host == "host-0"}
    assert len(own & again) >= 0.8 * len(own)
    assert sum(back[key] != host for key, host in without.items()) <= 1.2 * 40


def test_weights_are_shares() -> None:
    seats = [Seat("small"), Seat("large", 3.0), Seat("none", 0.0)]
    assert Counter(place(_units(40), seats, {}).values()) == {"small": 10, "large": 30}


def test_pinned_units_take_their_place_first() -> None:
    seats = [Seat("plain"), Seat("gpu", labels=frozenset({"gpu"}))]
    units = [
        Unit(f"bot-{n}", f"key-{n}", pin="gpu" if n < 4 else "") for n in range(10)
    ]
    placed = place(units, seats, {})
    assert {placed[f"key-{n}"] for n in range(4)} == {"gpu"}
    assert Counter(placed.values()) == {"plain": 5, "gpu": 5}


def test_a_unit_may_be_pinned_to_a_host() -> None:
    units = [Unit("bot-0", "key", pin="host-7")]
    assert place(units, _FIFTY, {}) == {"key": "host-7"}


@pytest.mark.parametrize("host", ["host-0", "host-1"])
def test_what_was_moved_by_hand_stays(host: str) -> None:
    units = _units(6)
    held = dict.fromkeys((unit.key for unit in units), host)
    kept = frozenset(held)
    assert place(units, _FIFTY[:2], held, kept) == held
    assert Counter(place(units, _FIFTY[:2], held).values()) == {
        "host-0": 3,
        "host-1": 3,
    }


def _replicas(bots: int, each: int) -> list[Unit]:
    return [
        Unit(f"bot-{bot}.{part}", f"key-{bot}-{part}", group=f"bot-{bot}")
        for bot in range(bots)
        for part in range(each)
    ]


def _crowded(units: list[Unit], placed: dict[str, str]) -> int:
    """Return how many units share a host with an earlier one of their group."""
    places = Counter((unit.group, placed[unit.key]) for unit in units)
    return sum(count - 1 for count in places.values())


@pytest.mark.parametrize("bots", [1, 2, 3])
def test_units_of_a_group_lie_on_different_hosts(bots: int) -> None:
    units, seats = _replicas(bots, 2), _FIFTY[:3]
    before = place(units, seats, {})
    assert _crowded(units, before) == 0
    assert len(set(before.values())) == min(3, 2 * bots)
    # What a dead host had goes where its mates are not.
    assert _crowded(units, place(units, seats[1:], before)) == 0


def test_a_group_is_parted_when_there_is_room() -> None:
    units = _replicas(5, 3)
    alone = place(units, _FIFTY[:1], {})
    assert _crowded(units, alone) == 10
    assert _crowded(units, place(units, _FIFTY[:3], alone)) == 0


def test_of_many_groups_few_have_to_share_a_host() -> None:
    units = _replicas(30, 3)
    before = place(units, _FIFTY[:5], {})
    assert set(Counter(before.values()).values()) == {18}
    # By chance it would be a fifth of them.
    assert _crowded(units, before) <= 3
    assert _crowded(units, place(units, _FIFTY[1:5], before)) <= 3


def test_a_group_larger_than_the_cluster_is_spread_as_far_as_it_goes() -> None:
    units = _replicas(1, 7)
    counts = Counter(place(units, _FIFTY[:3], {}).values())
    assert sorted(counts.values()) == [2, 2, 3]


def test_who_is_alone_of_its_group_moves_as_everybody_does() -> None:
    here, there = _FIFTY[:2]
    for number in range(20):
        units = [
            Unit("bot", f"key-{number}"),
            Unit("bot.1", f"key-{number}-1", group="bot"),
        ]
        placed = place(units, [here, there], {unit.key: here.host for unit in units})
        best = max(units, key=lambda unit: _gain(unit, here, there))
        assert [placed[unit.key] for unit in units if unit is best] == [there.host]
        assert list(placed.values()).count(there.host) == 1


def _gain(unit: Unit, here: Seat, there: Seat) -> float:
    gained = score(unit.key, there.host, there.weight)
    return gained - score(unit.key, here.host, here.weight)


def test_the_host_with_fewer_of_the_group_is_taken() -> None:
    full, mixed = _FIFTY[:2]
    for number in range(20):
        mates = [Unit("bot", f"key-{number}-{part}", group="bot") for part in range(4)]
        units = [*mates, Unit("other", "key-other")]
        hosts = [full, full, mixed, mixed]
        known = [*mates[:3], units[-1]]
        held = {unit.key: seat.host for unit, seat in zip(known, hosts, strict=True)}
        assert place(units, [full, mixed], held)[mates[3].key] == mixed.host


def test_a_group_is_parted_before_others_move() -> None:
    seats = _FIFTY[:3]
    for number in range(20):
        mates = [Unit("bot", f"key-{number}-{part}", group="bot") for part in range(3)]
        others = [Unit("other", f"key-{number}-other-{part}") for part in range(3)]
        held = {unit.key: seats[0].host for unit in (*mates, *others)}
        placed = place([*mates, *others], seats, held)
        assert _crowded(mates, placed) == 0


def test_hosts_of_all_versions_score_alike() -> None:
    # Those of two versions run beside each other while a cluster is updated.
    assert score("key-1", "host-1", 1.0) == pytest.approx(0.4352737755032926)
    assert score("key-1", "host-1", 2.0) == pytest.approx(0.8705475510065852)
    assert score("key-2", "host-1", 1.0) == pytest.approx(0.8338668178686485)


def test_the_rest_of_an_uneven_share_goes_where_it_scores_best() -> None:
    for unit in _MANY[:50]:
        best = max(_FIFTY, key=lambda seat: score(unit.key, seat.host, seat.weight))
        assert place([unit], _FIFTY, {}) == {unit.key: best.host}
