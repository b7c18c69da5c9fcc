"""Long texts are masked like short ones, wherever they are cut."""

from coderbot.redact import Secret
from coderbot.worker.masking import pieces
from coderbot.worker.masking.mask import SecretMask
from coderbot.worker.masking.pieces import mask_in_pieces

SECRET = "correct-horse-battery-staple"


def test_a_secret_is_found_wherever_it_lies() -> None:
    mask = SecretMask([Secret(SECRET)])
    for start in range(pieces._PIECE - len(SECRET) - 2, pieces._PIECE + 2):
        text = "x" * (start - 1) + " " + SECRET + " " + "y" * 300_000
        clean = mask_in_pieces(text, mask.text)
        assert len(clean) == len(text)
        assert SECRET not in clean
        assert clean[: start - 1] == text[: start - 1]
        assert clean.endswith("y" * 300_000)


def test_short_and_empty_texts() -> None:
    assert mask_in_pieces("", str.upper) == ""
    assert mask_in_pieces("abc", str.upper) == "ABC"
