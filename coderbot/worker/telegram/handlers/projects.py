"""/projects: picks the directory of a project, then what to start there."""

import asyncio

from telegram import InlineKeyboardMarkup

from coderbot.errors import CoderBotError
from coderbot.worker.assistants.invocation import Invocation
from coderbot.worker.assistants.launch import is_installed
from coderbot.worker.services import Services
from coderbot.worker.telegram import assistanttexts
from coderbot.worker.telegram.handlers.assistants import start
from coderbot.worker.telegram.handlers.terminal import open_and_show
from coderbot.worker.telegram.keyboards import button
from coderbot.worker.telegram.press import Press
from coderbot.worker.telegram.request import Request, asker_of
from coderbot.worker.terminal.program import Program

PAGE = 8
"""Projects on one page."""
_SHELL = "xterm"


class ProjectPicker:
    """Stands behind the buttons of one list of projects.

    Args:
        names: Of the projects.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._page = 0

    async def press(self, press: Press) -> str | None:
        """Turn the page, pick a project, or start something in it."""
        what, _, which = press.action.partition(":")
        number = which.partition(":")[0]
        if not number.isdecimal() or int(number) >= len(self._names):
            return ""  # made up
        if what == "start":
            return await self._start(press, *which.partition(":")[::2])
        if what == "pick":
            name = self._names[int(which)]
            keyboard = _starters(press.services, press.user_id, press.key, which)
            self._show(press, assistanttexts.project_picked(name), keyboard)
        else:
            self._page = int(which)
            self._show(press, *self.list(press.services, press.key))
        return ""

    def list(self, services: Services, key: str) -> tuple[str, InlineKeyboardMarkup]:
        """Return the text and the buttons of the page that is open."""
        first = self._page * PAGE
        rows = [
            [button(f"📁 {name}", key, f"pick:{number}")]
            for number, name in enumerate(self._names)
            if first <= number < first + PAGE
        ]
        turns = [
            button(label, key, f"page:{page}")
            for label, page in (("◀", self._page - 1), ("▶", self._page + 1))
            if 0 <= page * PAGE < len(self._names)
        ]
        text = assistanttexts.projects(str(services.projects.root), len(self._names))
        return text, InlineKeyboardMarkup([*rows, turns] if turns else rows)

    async def _start(self, press: Press, which: str, program: str) -> str:
        services = press.services
        name = self._names[int(which)]
        directory = services.projects.project(name)
        if directory is None:
            return assistanttexts.project_is_gone(name)
        asker = asker_of(press)
        try:
            if program == _SHELL:
                argv = (str(services.settings.shell_path),)
                await open_and_show(asker, None, Program(_SHELL, argv, directory))
            else:
                await start(asker, program, Invocation((str(directory),)))
        except CoderBotError as error:
            asker.reply(str(error))
        return ""

    def _show(self, press: Press, text: str, keyboard: InlineKeyboardMarkup) -> None:
        if press.message is not None:
            edit = _edit(press.services, press.user_id, press.message, text, keyboard)
            press.services.tasks.spawn(edit, "projects")


async def list_projects(request: Request) -> None:
    """List the projects as buttons."""
    services = request.services
    # A disk may be slow, or far away.
    names = await asyncio.to_thread(services.projects.listed)
    if not names:
        request.reply(assistanttexts.no_projects(str(services.projects.root)))
        return
    picker = ProjectPicker(names)
    key = services.buttons.issue(request.user_id, picker)
    text, keyboard = picker.list(services, key)
    await services.outbox.text(
        request.chat, text, keyboard=keyboard, thread=request.thread
    )


def _starters(
    services: Services, user_id: int, key: str, which: str
) -> InlineKeyboardMarkup:
    """Return buttons for all that can be started in a project."""
    starters = [
        button(f"{each.icon} {name}".strip(), key, f"start:{which}:{name}")
        for name, each in services.roster.of(user_id).items()
        if is_installed(each)
    ]
    starters.append(button("⌨️ shell", key, f"start:{which}:{_SHELL}"))
    rows = [starters[i : i + 2] for i in range(0, len(starters), 2)]
    back = [button("◀ Projects", key, f"page:{int(which) // PAGE}")]
    return InlineKeyboardMarkup([*rows, back])


async def _edit(
    services: Services,
    chat: int,
    message: int,
    text: str,
    keyboard: InlineKeyboardMarkup,
) -> None:
    await services.outbox.edit_text(chat, message, text, keyboard=keyboard)
