"""Nothing that leaves the process holds a secret."""

import logging
import pickle
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.redact import RedactingFormatter, Redactor, Secret

TOKEN = "7000001:AAq3Wd9fKx1Zb7Lm5Rt2Yv8Np4Gh6Jc0Se-"


def test_a_secret_prints_only_its_fingerprint() -> None:
    secret = Secret(TOKEN)
    assert TOKEN not in f"{secret} {secret!r} {[secret]}"
    assert secret.fingerprint in repr(secret)
    assert secret.reveal() == TOKEN
    assert secret == Secret(TOKEN) != Secret("other")
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize(
    "text",
    [
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        f"{TOKEN}{TOKEN}",
        f"BOT_TOKEN={TOKEN}\n",
        # A token nobody told us of is known by its shape
        "9999999:ZZq3Wd9fKx1Zb7Lm5Rt2Yv8Np4Gh6Jc0Se-",
    ],
)
def test_tokens_are_scrubbed_from_text_and_bytes(text: str) -> None:
    redactor = Redactor([Secret(TOKEN)])
    for scrubbed in (redactor.text(text), redactor.data(text.encode()).decode()):
        assert "[secret]" in scrubbed
        assert "Wd9fKx1Zb7" not in scrubbed


def test_a_secret_that_contains_another_is_replaced_whole() -> None:
    redactor = Redactor([Secret("password"), Secret("password-and-more")])
    assert redactor.text("password-and-more password") == "[secret] [secret]"


def test_short_values_are_left_alone() -> None:
    assert Redactor([Secret("abc"), Secret("")]).text("abcdef") == "abcdef"


@given(st.text(), st.text())
def test_a_known_secret_never_survives(before: str, after: str) -> None:
    secret = "sk-key.with*regex(chars"
    assert secret not in Redactor([Secret(secret)]).text(before + secret + after)


def test_tracebacks_and_arguments_are_scrubbed_in_log_records() -> None:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        RedactingFormatter(logging.Formatter("%(message)s"), Redactor([]))
    )
    logger = logging.Logger("test")
    logger.addHandler(handler)
    try:
        raise ValueError(f"GET /bot{TOKEN}/getMe failed")
    except ValueError:
        logger.exception("call to %s failed", f"/bot{TOKEN}/x")
    assert "Traceback" in stream.getvalue()
    assert stream.getvalue().count("[secret]") >= 2
    assert "Wd9fKx1Zb7" not in stream.getvalue()


def test_a_text_without_secrets_is_given_back_as_it_is() -> None:
    redactor = Redactor([Secret("123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr")])
    text = "https://host:8080/path 12:30:05 123456789:short " * 1_000
    assert redactor.text(text) is text
