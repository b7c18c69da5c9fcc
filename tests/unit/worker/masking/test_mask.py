"""Secrets are found in every dress, and nothing else is taken for one."""

import random
import string
import time
from pathlib import Path

import pytest

from coderbot.redact import Secret
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.terminal.emulator import Emulator
from coderbot.worker.terminal.screen import Screen
from tests.unit.terminal.casts import CASTS

RANDOM = random.Random(11)
ALPHABET = string.ascii_letters + string.digits


def noise(size: int, alphabet: str = ALPHABET) -> str:
    # A capital and a digit in front: every key has both.
    return "A1" + "".join(RANDOM.choices(alphabet, k=size - 2))


TOKENS = {
    "telegram": "123456789:" + noise(35),
    "github": "ghp_" + noise(36),
    "github fine": f"github_pat_{noise(22)}_{noise(59)}",
    "gitlab": "glpat-" + noise(20),
    "openai": "sk-proj-" + noise(120, ALPHABET + "_-"),
    "openai old": "sk-" + noise(48),
    "anthropic": "sk-ant-api03-" + noise(93, ALPHABET + "_-") + "AA",
    "stripe": "sk_live_" + noise(24),
    "aws id": "AKIA" + "".join(RANDOM.choices(string.ascii_uppercase, k=16)),
    "slack": f"xoxb-{RANDOM.randrange(10**11)}-{RANDOM.randrange(10**12)}-{noise(24)}",
    "google": "AIza" + noise(35),
    "hugging face": "hf_" + noise(34),
    "npm": "npm_" + noise(36),
    "pypi": "pypi-AgEIcHlwaS5vcmc" + noise(100),
    "jwt": f"eyJ{noise(30)}.eyJ{noise(60)}.{noise(43)}",
}
OWN = "tts-" + noise(30)


def screen_of(text: str, columns: int = 100, rows: int = 30) -> Screen:
    emulator = Emulator(columns, rows, scrollback=0)
    try:
        emulator.feed(text.replace("\n", "\r\n").encode())
        return emulator.screen()
    finally:
        emulator.close()


def all_of(screen: Screen) -> str:
    """Return all characters of a screen, without what wraps them."""
    return "".join(c for c in screen.text() if c not in " \n│")


def leaks(secret: str, shown: str, size: int = 8) -> list[str]:
    """Return the pieces of the secret part of `secret` that are shown."""
    body = secret[-30:]
    pieces = (body[at : at + size] for at in range(len(body) - size + 1))
    return [piece for piece in pieces if piece in shown]


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("columns", [40, 100, 200])
def test_a_token_is_masked_also_when_it_is_wrapped(kind: str, columns: int) -> None:
    screen = screen_of(f"export KEY='{TOKENS[kind]}'\nnext line\n", columns)
    masked = SecretMask().screen(screen)

    assert leaks(TOKENS[kind], all_of(screen))
    assert not leaks(TOKENS[kind], all_of(masked))
    assert "export KEY=" in masked.text()
    assert "next line" in masked.text()
    assert [len(line) for line in masked.text().split("\n")] == [
        len(line) for line in screen.text().split("\n")
    ]


@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_in_a_text_is_masked(kind: str) -> None:
    token = TOKENS[kind]
    for text in (token, f"a {token} b", f'{{"key":"{token}"}}', f"KEY={token}\nB=1"):
        masked = SecretMask().text(text)

        assert not leaks(token, masked)
        assert len(masked) == len(text)
    assert SecretMask().text(f"KEY={token}\nB=1").endswith("\nB=1")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgres://me:s3cret!@db/x", "postgres://me:•••••••@db/x"),
        ("Authorization: Bearer " + "a1" * 12, "Authorization: Bearer " + "•" * 24),
        (
            "aws_secret_access_key = " + "Ab1/" * 10,
            "aws_secret_access_key = " + "•" * 40,
        ),
        (
            "https://hooks.slack.com/services/T0/B0/" + "x" * 24,
            "https://hooks.slack.com/services/" + "•" * 30,
        ),
    ],
)
def test_secrets_that_their_surroundings_tell(text: str, masked: str) -> None:
    assert SecretMask().text(text) == masked


KEY_LINES = [noise(64, ALPHABET + "+/") for _ in range(6)]
KEY = "\n".join(
    ("-----BEGIN RSA PRIVATE KEY-----", *KEY_LINES, "-----END RSA PRIVATE KEY-----")
)


@pytest.mark.parametrize("cut", ["", "BEGIN", "END"])
@pytest.mark.parametrize("columns", [40, 66, 100])
def test_a_private_key_is_masked_as_far_as_it_is_seen(cut: str, columns: int) -> None:
    shown = "\n".join(line for line in KEY.split("\n") if not cut or cut not in line)
    masked = SecretMask().screen(screen_of(f"$ cat key\n{shown}\n$ ls", columns))

    text = all_of(masked)
    assert not [line for line in KEY_LINES if line[10:20] in text]
    assert "$catkey" in text
    assert "$ls" in text


def test_a_private_key_in_one_line_is_masked() -> None:
    text = SecretMask().text('"key": "' + KEY.replace("\n", "\\n") + '", "id": 7')

    assert not [line for line in KEY_LINES if line[:8] in text]
    assert text.endswith('-----END RSA PRIVATE KEY-----", "id": 7')


def test_a_public_key_is_no_secret() -> None:
    text = KEY.replace("PRIVATE", "PUBLIC")

    assert SecretMask().text(text) == text


@pytest.mark.parametrize(
    "shown",
    [
        f"KEY={OWN}",
        f"│ KEY={OWN[:20]} │\n│ {OWN[20:]}     │",
        f"left edge {OWN[10:]}",
        f"right edge {OWN[:26]}",
        f"{OWN[:12]}\n  {OWN[12:]}",
    ],
)
def test_own_secrets_are_known_by_their_value(shown: str) -> None:
    mask = SecretMask([Secret(OWN)])

    assert not leaks(OWN, all_of(mask.screen(screen_of(shown))), 12)
    assert not leaks(OWN, "".join(mask.text(shown).split()).replace("│", ""), 12)


def test_short_secrets_are_left_alone_and_middling_ones_found_whole() -> None:
    mask = SecretMask([Secret("yes"), Secret("hunter2-hunter2")])

    assert (
        mask.text("yes: hunter2-hunter2, hunter2-") == "yes: •••••••••••••••, hunter2-"
    )


def test_wide_and_combined_signs_keep_their_place() -> None:
    token = TOKENS["github"]
    masked = SecretMask().screen(screen_of(f"日本 e\u0301 👩‍💻 {token} 日本|"))

    assert masked.text() == f"日本 e\u0301 👩‍💻 {'•' * len(token)} 日本|"


def test_a_title_is_masked_too() -> None:
    masked = SecretMask().screen(screen_of(f"\x1b]2;run {TOKENS['slack']}\x07"))

    assert masked.title == "run " + "•" * len(TOKENS["slack"])


def test_a_screen_without_secrets_is_the_same_object() -> None:
    screen = screen_of("nothing to hide")

    assert SecretMask([Secret(OWN)]).screen(screen) is screen


ORDINARY = (
    "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "sk-loading-indicator-for-the-whole-page-wrapper { color: red }",
    "task-force-one-of-a-kind-names-that-are-long-1A",
    "550e8400-e29b-41d4-a716-446655440000",
    "2026-01-02T03:04:05.123456789Z level=info msg=started",
    "https://user@example.org:8080/a/b?c=d@e",
    "git clone git@github.com:someone/something.git",
    "http://localhost:5173/ and http://127.0.0.1:8000/",
    "the bearer of good news is here; Bearer token required",
    "12345678:not-a-token 10:45:33 1234567890:short",
    "password: ******** api_key=$API_KEY token=<your token>",
    "ghp_ and hf_transformers_are_names and npm_config_registry",
    "drwxr-xr-x 5 dev dev 4096 Nov  3 09:12 AKIARA",
    "-----BEGIN CERTIFICATE-----",
    "eyJ is how JSON begins in base64: eyJhIjoxfQ",
    "aGVsbG8gd29ybGQgdGhpcyBpcyBub3QgYSBzZWNyZXQgYXQgYWxsIGp1c3QgdGV4dA==",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    mask = SecretMask([Secret(OWN)])

    assert mask.text(text) == text
    assert mask.screen(screen_of(text)).text() == text


@pytest.mark.parametrize("name", CASTS)
def test_screens_of_programs_are_left_alone(name: str) -> None:
    for _, screen in CASTS[name].screens():
        assert SecretMask([Secret(OWN)]).screen(screen) is screen


def test_the_sources_of_this_program_are_left_alone() -> None:
    mask = SecretMask([Secret(OWN)])
    for path in (Path(__file__).parents[4] / "coderbot").rglob("*.py"):
        text = path.read_text()
        assert mask.text(text) == text, path


def test_a_dense_screen_takes_two_milliseconds_at_most() -> None:
    cells = "".join(
        f"\x1b[38;5;{RANDOM.randrange(256)}m{chr(RANDOM.randrange(33, 127))}"
        for _ in range(100 * 50)
    )
    screen = screen_of(cells, 100, 50)
    mask = SecretMask([Secret(OWN), Secret(TOKENS["telegram"])])

    def once() -> float:
        started = time.thread_time()
        mask.screen(screen)
        return time.thread_time() - started

    assert sorted(once() for _ in range(30))[10] < 0.002


@pytest.mark.parametrize(
    "piece",
    ["sk-", "eyJ", "-----BEGIN PRIVATE KEY-----", "://a:", "1234567:", "AKIA", "Ab1+"],
)
def test_hostile_texts_take_linear_time(piece: str) -> None:
    text = piece * (400_000 // len(piece)) + "\n-----END PRIVATE KEY-----"
    started = time.thread_time()
    SecretMask([Secret(OWN)]).text(text)

    assert time.thread_time() - started < 2
