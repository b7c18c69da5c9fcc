"""The table of bots: the pointer, what is drawn anew, and what stays in view."""

from textual.geometry import Region

from coderbot.tui.app import CoderBotApp
from coderbot.tui.botorder import BotOrder
from coderbot.tui.botrow import column_at, row, titles
from coderbot.tui.columns import placed
from coderbot.tui.screens.detail import DetailScreen
from coderbot.tui.widgets.bot_table import BotTable
from tests.fakes.supervisor import a_bot
from tests.tui import fleets
from tests.tui.steering import is_open, screen_strips, shown, table, until


async def test_a_click_selects_a_bot_and_a_second_one_chooses_it() -> None:
    app = fleets.app(fleets.running(5))
    async with app.run_test(size=(120, 30)) as pilot:
        where = table(app).region
        await pilot.click(offset=(where.x + 30, where.y + 3))
        await until(pilot, lambda: table(app).cursor_row == 2)
        assert not isinstance(app.screen, DetailScreen)
        await pilot.click(offset=(where.x + 30, where.y + 3))
        await until(pilot, lambda: is_open(app, DetailScreen))
        assert shown(app, "bot-2")


async def test_the_row_under_the_pointer_is_lit_until_it_leaves() -> None:
    app = fleets.app(fleets.running(5))
    async with app.run_test(size=(120, 30)) as pilot:
        where = table(app).region
        plain = _background(app, where.y + 4)
        await pilot.hover(offset=(where.x + 30, where.y + 4))
        await until(pilot, lambda: _background(app, where.y + 4) != plain)
        await pilot.hover(offset=(where.x + 30, where.y + 3))
        await until(pilot, lambda: _background(app, where.y + 4) == plain)
        await pilot.hover("#log")
        await until(pilot, lambda: _background(app, where.y + 3) == plain)


async def test_the_selected_bot_stays_in_view_below_the_titles() -> None:
    app = fleets.app(fleets.running(30))
    async with app.run_test(size=(120, 24)) as pilot:
        for key, times, bot in (("j", 29, "bot-29"), ("k", 20, "bot-9")):
            await pilot.press(*[key] * times)
            await until(pilot, lambda bot=bot: shown(app, f" {bot} "))  # type: ignore[misc]
            selected = table(app).selected
            assert selected is not None
            assert selected.bot == bot
            assert shown(app, " last error")
        where = table(app).region
        await pilot.click(offset=(where.x + 30, where.y + 1))
        top = table(app).shown[round(table(app).scroll_y)].bot
        await until(pilot, lambda: _selected(app) == top)


async def test_only_rows_that_changed_are_drawn_anew() -> None:
    fleet = fleets.running(5)
    app = fleets.app(fleet)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: fleet.listeners == 1)
        drawn = _Refreshed(table(app))

        def shows_nothing_new() -> bool:
            drawn.rows.clear()
            table(app).show(fleet.bots())
            return drawn.rows == []

        await until(pilot, shows_nothing_new)
        fleet.quietly("bot-3", terminals=77)
        table(app).show(fleet.bots())
        assert drawn.rows == [4]  # below the titles
        await until(pilot, lambda: shown(app, " 77 "))


def test_cells_and_titles_fill_the_same_width() -> None:
    for width in range(10, 260):
        columns = placed(width)
        cells = row(
            a_bot(0), columns, lambda _bot, _what, room: "▁" * room, marked=True
        )
        heads = titles(columns, BotOrder("uptime", descending=True))
        assert len(heads) == sum(len(cell.text) for cell in cells)
        assert column_at(columns, 0) is columns[0]
        assert column_at(columns, len(heads) - 1) is columns[-1]
        assert column_at(columns, len(heads)) is None


def test_order_goes_round_and_back_again() -> None:
    keys = ["bot", "state", "memory"]
    order = BotOrder()
    assert order.is_usual
    assert order.beside(keys, 1) == BotOrder("state")
    assert order.beside(keys, -1) == BotOrder("memory", descending=True)  # a number
    assert BotOrder("gone").beside(keys, 1) == BotOrder("state")
    assert order.by("memory").by("memory") == BotOrder("memory")
    assert order.by("memory").words == "by mem ▼"


class _Refreshed:
    """Notes which rows a table asks to have drawn anew.

    Args:
        bots: The table.
    """

    def __init__(self, bots: BotTable) -> None:
        self.rows: list[int] = []
        refresh = bots.refresh

        def note(*regions: Region, **wishes: bool) -> BotTable:
            self.rows += [region.y for region in regions]
            return refresh(*regions, **wishes)

        bots.refresh = note  # type: ignore[method-assign]


def _selected(app: CoderBotApp) -> str | None:
    bot = table(app).selected
    return bot.bot if bot else None


def _background(app: CoderBotApp, y: int) -> object:
    segments = list(screen_strips(app)[y])
    style = next(each.style for each in segments if "running" in each.text)
    return style.bgcolor if style else None
