"""What the original has kept, also in files that make no sense."""

import json

import pytest

from coderbot.worker.original import MAX_PROMPT, read_kept

RESERVED = {"xterm", "claude"}


def prompt(bot: object = "bot-1", assistant: str = "Claude", text: str = "hi") -> bytes:
    said = {"botId": bot, "assistantType": assistant, "message": text, "timestamp": 1}
    return json.dumps(said).encode()


def coder(name: str, user: object = 1001) -> bytes:
    more = {"createdAt": "x", "metadata": {"botId": "bot-1", "version": "1.0"}}
    return json.dumps({"userId": user, "coderName": name, **more}).encode()


def test_bots_are_numbered_from_0_here() -> None:
    files = [("a", prompt("bot-1")), ("b", prompt("bot-2", "copilot", "two"))]
    kept = read_kept(files, [], RESERVED)
    assert kept.prompts == {0: {"claude": "hi"}, 1: {"copilot": "two"}}
    earlier = read_kept([("a", prompt("bot-0")), ("b", prompt("bot-1"))], [], RESERVED)
    assert set(earlier.prompts) == {0, 1}


def test_coders_belong_to_their_users() -> None:
    files = [("a", coder("aider")), ("b", coder("mine", "1002"))]
    kept = read_kept([], files, RESERVED)
    assert kept.coders == {1001: {"aider": "aider"}, 1002: {"mine": "mine"}}
    assert kept.skipped == []


@pytest.mark.parametrize(
    ("prompts", "coders"),
    [
        ([b""], []),
        ([b"[]"], []),
        ([b"\xff\xfe"], []),
        ([b"[" * 100_000], []),
        ([prompt(7)], []),
        ([prompt("bot-x")], []),
        ([prompt("bot-1", text="  ")], []),
        ([], [b"{}"]),
        ([], [coder("claude")]),
        ([], [coder("../x")]),
        ([], [coder("x", "nobody")]),
    ],
)
def test_what_makes_no_sense_is_left_out(
    prompts: list[bytes], coders: list[bytes]
) -> None:
    kept = read_kept(
        [("bad.json", each) for each in prompts],
        [("bad.json", each) for each in coders],
        RESERVED,
    )
    assert not kept.prompts
    assert not kept.coders
    (reason,) = kept.skipped
    assert reason.startswith("bad.json: ")


def test_a_prompt_that_is_too_long_is_cut() -> None:
    kept = read_kept([("a", prompt(text="x" * 9_000))], [], RESERVED)
    assert len(kept.prompts[0]["claude"]) == MAX_PROMPT
