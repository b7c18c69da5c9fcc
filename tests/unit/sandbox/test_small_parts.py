from pathlib import Path

import pytest

from coderbot.sandbox.__main__ import parse_users
from coderbot.sandbox.api.params import Params, check_entity
from coderbot.sandbox.budgets import Budgets
from coderbot.sandbox.errors import ApiError, SandboxError
from coderbot.sandbox.events import EventLog
from coderbot.sandbox.faults import Fault, Faults
from coderbot.sandbox.files import FileStore
from coderbot.sandbox.requestlog import RequestLog
from coderbot.sandbox.tokenfile import load_tokens
from coderbot.sandbox.upload import Upload


def test_private_chat_takes_a_burst_of_three_then_one_a_second() -> None:
    budgets = Budgets()
    assert [budgets.spend(1, 5, 0) for _ in range(4)] == [0, 0, 0, 1]
    assert budgets.spend(1, 6, 0) == 0  # another chat has its own budget
    assert budgets.spend(1, 5, 1.0) == 0
    assert budgets.spend(1, 5, 1.0) == 1


def test_group_takes_twenty_a_minute() -> None:
    budgets = Budgets()
    assert {budgets.spend(1, -5, float(second)) for second in range(20)} == {0}
    assert budgets.spend(1, -5, 25.0) == 35  # until the first is a minute old
    assert budgets.spend(1, -5, 60.0) == 0


def test_thirty_a_second_over_all_chats() -> None:
    budgets = Budgets()
    assert {budgets.spend(1, chat, 0) for chat in range(1, 31)} == {0}
    assert budgets.spend(1, 31, 0) == 1
    assert budgets.spend(2, 31, 0) == 0  # another bot


def test_faults_meet_the_calls_they_are_for() -> None:
    faults = Faults()
    faults.add(Fault("500", bot_id=1, method="sendPhoto", left=2))
    faults.add(Fault("429", left=None, retry_after=7))
    assert [
        f.kind for f in (faults.take(1, "sendphoto"), faults.take(2, "x")) if f
    ] == [
        "500",
        "429",
    ]
    assert (faults.take(1, "sendPhoto") or Fault("")).kind == "500"
    assert (faults.take(1, "sendPhoto") or Fault("")).kind == "429"  # used up
    faults.clear()
    assert faults.take(1, "sendPhoto") is None


def test_unknown_fault() -> None:
    with pytest.raises(SandboxError, match="no fault 'fire'"):
        Faults().add(Fault("fire"))


def test_events_are_filtered_and_bounded() -> None:
    log = EventLog(capacity=3)
    for number in range(5):
        log.add({"type": "x", "bot_id": number % 2, "chat_id": 9})
    assert [e["seq"] for e in log.since(0)] == [3, 4, 5]
    assert [e["seq"] for e in log.since(3, bot_id=0)] == [5]
    assert log.since(0, chat_id=8) == []
    assert log.has_lost(1)
    assert not log.has_lost(2)


def test_requests_are_counted() -> None:
    log = RequestLog()
    log.end(log.begin(1, "getMe", 0), 200, 1)
    log.begin(1, "getMe", 2)
    log.end(log.begin(2, "getMe", 0), 409, 1)
    assert log.count(1, "getMe") == 2
    assert log.count(1, "getMe", "200") == 1
    assert log.view(2)["methods"] == {"getMe": {"calls": 1, "409": 1}}
    assert [r["code"] for r in log.view(1)["recent"]] == [200, None]


def upload(store: FileStore, size: int) -> Upload:
    path = store.new_path()
    path.write_bytes(b"x" * size)
    return Upload("a.txt", path, size, digest="d" * 64)


def test_old_files_make_room(tmp_path: Path) -> None:
    store = FileStore(tmp_path, max_total=100)
    first = store.add(1, "document", upload(store, 60))
    second = store.add(1, "document", upload(store, 60))
    assert store.get(1, first.id) is None
    assert not first.path.exists()
    assert store.get(1, second.id) is second


def test_a_file_belongs_to_one_bot(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    file = store.add(1, "document", upload(store, 1))
    assert store.get(2, file.id) is None
    assert store.by_remote_path(1, file.remote_path) is file
    assert store.by_remote_path(2, file.remote_path) is None


@pytest.mark.parametrize(
    "name", ["a.ht/ml", "a.../../etc", "a", "a.\u202egpj", "x." + "y" * 30]
)
def test_hostile_names_stay_out_of_paths(tmp_path: Path, name: str) -> None:
    store = FileStore(tmp_path)
    item = upload(store, 1)
    item.name = name
    file = store.add(1, "document", item)
    assert file.remote_path == "documents/file_2"
    assert file.path.parent == tmp_path


def test_token_file_is_made_and_grows(tmp_path: Path) -> None:
    path = tmp_path / "state" / "tokens"
    two = load_tokens(path)
    assert len(two) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_tokens(path) == two
    three = load_tokens(path, 3)
    assert three[:2] == two
    assert len({t.reveal().partition(":")[0] for t in three}) == 3
    assert load_tokens(path, 1) == two[:1]
    assert load_tokens(path) == three


def test_token_file_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    load_tokens(path)
    path.chmod(0o644)
    with pytest.raises(SandboxError, match="chmod 600"):
        load_tokens(path)


def test_error_in_a_token_file_never_shows_the_line(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_text("# mine\n\n7000001:almost-a-token\n")
    path.chmod(0o600)
    with pytest.raises(SandboxError, match="line 3: no bot token") as caught:
        load_tokens(path)
    assert "almost" not in str(caught.value)


def test_users_on_the_command_line() -> None:
    users = parse_users("1:Anna, 22:Ben Z.")
    assert [(u.id, u.first_name, u.username) for u in users] == [
        (1, "Anna", "anna"),
        (22, "Ben Z.", "benz"),
    ]
    for wrong in ("", "Anna", "x:Anna", "0:Anna", "1:"):
        with pytest.raises(SandboxError):
            parse_users(wrong)


@pytest.mark.parametrize("value", ["x", [], float("inf"), float("nan"), "1e999"])
def test_what_is_no_whole_number_is_a_bad_request(value: object) -> None:
    with pytest.raises(ApiError, match="invalid chat_id specified"):
        Params({"chat_id": value}).integer("chat_id")
    with pytest.raises(ApiError, match="can't parse MessageEntity"):
        check_entity({"type": "bold", "offset": value, "length": 1})
