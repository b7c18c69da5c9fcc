"""Brings files of this machine to the user who asks for them."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from coderbot.redact import Secret
from coderbot.worker.media.copying import Copier, CopyRefused
from coderbot.worker.media.kinds import largest_upload
from coderbot.worker.media.names import shown
from coderbot.worker.media.receiver import save
from coderbot.worker.media.scan import is_temporary
from coderbot.worker.services import Services
from coderbot.worker.telegram import filetexts

_log = logging.getLogger(__name__)


async def deliver(services: Services, user_id: int, paths: Sequence[Path]) -> None:
    """Put copies of `paths` into the outbox of the user: it sends them, come what may.

    A copy, for a file that somebody writes is never finished. What cannot be
    sent is told.
    """
    problems = []
    for path in paths:
        problem = await _deliver(services, user_id, path)
        if problem:
            _log.info("Not fetched for user %d: %s", user_id, problem)
            problems.append(problem)
    if problems:
        services.outbox.post(user_id, filetexts.not_fetched(problems))


async def _deliver(services: Services, user_id: int, path: Path) -> str:
    """Copy one file; returns why that was not possible."""
    settings = services.settings
    limit = largest_upload(local_mode=settings.local_mode)
    copier = Copier(limit, [Secret(services.bot.token), *settings.secrets])

    async def copy(target: BinaryIO) -> None:
        await asyncio.to_thread(copier.copy, path, target)

    try:
        name = await asyncio.to_thread(_name_for, path)
        await save(services.dirs.to(user_id), name, copy)
    except CopyRefused as refusal:
        return refusal.message
    except OSError as error:
        return f"{shown(path.name)}: {filetexts.unwritable(error)}"
    return ""


def _name_for(path: Path) -> str:
    """Return the name of the copy: one that does not look unfinished."""
    name = (path.name or "root") + (".zip" if path.is_dir() else "")
    return f"{name}.txt" if is_temporary(name.lstrip(".")) else name
