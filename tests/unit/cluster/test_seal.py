import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderbot.cluster.seal import SealBrokenError, Sealer
from coderbot.redact import Secret

_KEY = Secret("a key of a cluster, only for these tests of the seals")
_SEALER = Sealer(_KEY)


@given(place=st.text(), body=st.binary())
def test_what_is_sealed_comes_out_again(place: str, body: bytes) -> None:
    assert _SEALER.open(place, _SEALER.seal(place, body)) == body


def test_nothing_of_it_can_be_read() -> None:
    assert b"/bin/sh" not in _SEALER.seal("updates", b"/bin/sh -c id")


def test_another_key_opens_nothing() -> None:
    sealed = Sealer(Secret(secrets.token_urlsafe(32))).seal("updates", b"id")
    with pytest.raises(SealBrokenError):
        _SEALER.open("updates", sealed)


def test_it_cannot_be_brought_to_another_place() -> None:
    sealed = _SEALER.seal("macros:1", b"id")
    with pytest.raises(SealBrokenError, match="another place"):
        _SEALER.open("macros:2", sealed)


@given(garbage=st.binary())
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(SealBrokenError):
        _SEALER.open("updates", garbage)


@given(position=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_changed_bit_is_refused(position: int, bit: int) -> None:
    sealed = bytearray(_SEALER.seal("updates", b"echo hello"))
    sealed[position % len(sealed)] ^= 1 << bit
    try:
        body = _SEALER.open("updates", bytes(sealed))
    except SealBrokenError:
        return
    # The last characters of base64 hold bits that mean nothing.
    assert body == b"echo hello"


def test_the_error_says_where_and_not_what() -> None:
    with pytest.raises(SealBrokenError) as caught:
        _SEALER.open("macros:1", b"secret words")
    assert "macros:1" in caught.value.message
    assert "secret words" not in caught.value.message
