"""A folder says who gets its files."""

import pytest

from coderbot.worker.media.recipients import recipients_of

ANNA, BEN, STRANGER = 1001, 1002, 1003


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("", (ANNA, BEN)),
        (f"to-{BEN}", (BEN,)),
        (f"to-{STRANGER}", ()),
        ("holidays", ()),
    ],
)
def test_a_users_folder_is_for_that_user_and_the_root_for_all(
    folder: str, expected: tuple[int, ...]
) -> None:
    assert recipients_of(folder, [ANNA, BEN, ANNA]) == expected
