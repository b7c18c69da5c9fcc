"""The end of a private key, whose beginning has scrolled away."""

import pytest

from coderbot.worker.masking.shapes import secret_spans

LINE = "MIIEpAIBAAKCAQEA" * 4
END = "-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize("before", ["", "\n", "$ cat key\n", "\n\n"])
def test_the_lines_before_the_end_of_a_key_are_secret(before: str) -> None:
    text = f"{before}{LINE}\n{LINE}\n{END}\n"
    first = len(before)
    assert list(secret_spans(text)) == [(first, text.index(END))]


def test_the_end_of_a_key_alone_is_no_secret() -> None:
    assert list(secret_spans(f"nothing before it:\n{END}\n")) == []
    assert list(secret_spans(END)) == []
