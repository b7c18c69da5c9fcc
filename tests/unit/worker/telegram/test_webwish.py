import pytest

from coderbot.worker.telegram.webwish import WebWish, caption, wish_of


@pytest.mark.parametrize(
    ("argument", "wish"),
    [
        ("", WebWish(None)),
        ("full", WebWish(None, is_full=True)),
        ("3000", WebWish("http://localhost:3000")),
        (
            "phone localhost:1/x FULL",
            WebWish("http://localhost:1/x", is_full=True, is_phone=True),
        ),
        ("desktop http://a.test/", WebWish("http://a.test/")),
        ("phone desktop", None),
        ("one two", None),
    ],
)
def test_what_is_asked_for(argument: str, wish: WebWish | None) -> None:
    assert wish_of(argument) == wish


def test_a_caption_tells_what_is_not_as_it_should_be() -> None:
    assert caption("http://localhost/", "", (), False, True) == "http://localhost/"
    hosts = ("a.test", "b.test", "c.test", "d.test")
    text = caption("http://localhost/", "Title", hosts, True, False)

    assert text.startswith("Title\nhttp://localhost/\n")
    assert "still loading" in text
    assert "longer than Telegram takes" in text
    assert "a.test, b.test, c.test and 1 more" in text
