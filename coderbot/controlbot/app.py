"""The life of the control bot, from the first call to a graceful end."""

import asyncio
from pathlib import Path

from coderbot.botprocess.bounded import bounded
from coderbot.botprocess.life import Life
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.client import TelegramClient
from coderbot.botprocess.telegram.entrance import add_entrance
from coderbot.botprocess.telegram.ledger import Ledger
from coderbot.botprocess.telegram.online import TokenRefusedError
from coderbot.botprocess.vitals import Vitals
from coderbot.controlbot.assembly import Frame, build_services
from coderbot.controlbot.commands import menu
from coderbot.controlbot.door import Door
from coderbot.controlbot.router import Router
from coderbot.controlbot.services import Services
from coderbot.errors import ExitCode

_CONTACT_S = 5.0
"""How long READY waits for the supervisor to be reached, in seconds."""


class ControlBot:
    """Runs the control bot.

    Args:
        life: Of this process.
        env_file: The `.env` whose tokens it may change; None: none.
    """

    def __init__(self, life: Life, env_file: Path | None) -> None:
        self._life = life
        self._frame = Frame(life, env_file, life.clock.monotonic(), life.clock.now())

    async def run(self) -> ExitCode:
        """Run until somebody asks to stop; returns the code to exit with."""
        return await self._life.run(self._serve)

    async def _serve(self) -> None:
        life = self._life
        application = life.application()
        client = TelegramClient(application, life)
        async with asyncio.TaskGroup() as group, Tasks.open() as tasks:
            services = build_services(self._frame, application.bot, tasks)
            gate = Door(services, self._ledger())
            router = Router(services, lambda: application.bot.username)
            add_entrance(application, life.lease, gate.judge, router.route)
            beat = group.create_task(life.beat(lambda: self._vitals(services)))
            online = group.create_task(self._go_online(client, services))
            await life.stop.wait()
            online.cancel()
            await self._wind_down(client, services)
            beat.cancel()

    def _vitals(self, services: Services) -> Vitals:
        return self._life.vitals(outbox_queued=services.sender.queued)

    async def _go_online(self, client: TelegramClient, services: Services) -> None:
        await self._life.until_ours()
        try:
            user = await client.start()
        except TokenRefusedError:
            self._life.refused()
            return
        services.tasks.spawn(services.fleet.run(), "fleet")
        services.tasks.spawn(services.boards.run(), "boards")
        services.tasks.spawn(services.herald.run(), "alerts")
        await services.fleet.first_contact(_CONTACT_S)
        self._life.ready(user, "the control bot")
        for admin in services.admins:
            services.tasks.spawn(services.sender.commands(admin, menu()), "menu")

    async def _wind_down(self, client: TelegramClient, services: Services) -> None:
        """Stop polling, say what was to be said, leave; all within bounds."""
        budget_s = self._life.wind_down()
        await client.stop(budget_s * 0.5)
        await bounded(services.sender.drain, budget_s * 0.3, "messages")
        await client.close(budget_s * 0.2)

    def _ledger(self) -> Ledger:
        ledger = Ledger(self._life.settings.state_dir / "updates-control.txt")
        ledger.load()
        return ledger
