"""Laws of settings: any text is a value or is refused in words, secrets unrepeated."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coderbot.config.settings import variables
from coderbot.config.variable import Variable
from coderbot.redact import Secret

VARIABLES = [variable for _, variable, _ in variables()]
SECRETS = [variable for variable in VARIABLES if variable.secret]
DELAY = next(each for each in VARIABLES if each.name.endswith("DELAY_SECONDS"))
LIKELY = st.text(
    st.sampled_from("0123456789,:;-+. ~/@[]*abctfhpsrediTF'\"\\"), max_size=30
)
"""Letters of which values are made."""
SAMPLES = (
    "7000001:AAq3Wd9fKx1Zb7Lm5Rt2Yv8Np4Gh6Jc0Se-",
    "redis://:hidden@h/0",
    "kX9-vB2_nM5qW8eR1tY4uI7oP0aS3dF6gH",
)
RAW = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | LIKELY


@given(st.sampled_from(VARIABLES), RAW)
@example(DELAY, "0\x1f")
def test_any_text_is_a_value_or_is_refused_in_words(
    variable: Variable, raw: str
) -> None:
    why = "allowed"
    try:
        variable.parse(raw)
    except ValueError as error:
        why = str(error)
    assert "allowed" in why, variable.name


@given(st.sampled_from(SECRETS), st.text(st.sampled_from("xyzXYZ0189:_-"), min_size=12))
def test_a_refused_secret_is_not_repeated(variable: Variable, raw: str) -> None:
    try:
        told = repr(variable.parse(raw))
    except ValueError as error:
        told = str(error)
    assert raw not in told


@pytest.mark.parametrize("variable", SECRETS, ids=lambda variable: variable.name)
def test_what_is_secret_is_kept_as_a_secret(variable: Variable) -> None:
    for raw in SAMPLES:
        try:
            value = variable.parse(raw)
        except ValueError:
            continue
        values = value if isinstance(value, tuple) else (value,)
        assert all(isinstance(each, Secret) for each in values)
        return
    raise AssertionError("none of the samples is a value of it: add one")
