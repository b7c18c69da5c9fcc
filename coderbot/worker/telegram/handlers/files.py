"""/get, /ls, /md and /media."""

import asyncio
from pathlib import Path

from coderbot.worker.media.finding import contents, matches, newest_notes, words_of
from coderbot.worker.media.stock import failed_files, retry, usage_of
from coderbot.worker.telegram import filetexts
from coderbot.worker.telegram.delivery import deliver
from coderbot.worker.telegram.filekeyboards import retry_keyboard
from coderbot.worker.telegram.filepicker import FilePicker
from coderbot.worker.telegram.press import Press
from coderbot.worker.telegram.request import Request

_AT_ONCE = 5
"""More files than these are not sent without a question."""
_NOTES = 5


async def get_files(request: Request) -> None:
    """Send the files that the argument names; directories as zip archives."""
    words = words_of(request.call.argument)
    if not words:
        request.refuse()
        return
    directory = _directory(request)
    found = await asyncio.to_thread(matches, words, directory)
    if not found:
        request.reply(filetexts.not_found(words, directory))
    elif len(found) > _AT_ONCE:
        await _pick(request, FilePicker(filetexts.found(len(found)), found))
    else:
        request.services.outbox.notice(request.chat, filetexts.sending(len(found)))
        paths = [each.path for each in found]
        work = deliver(request.services, request.user_id, paths)
        request.services.tasks.spawn(work, f"files for {request.user_id}")


async def list_files(request: Request) -> None:
    """Show a directory with a button for all that is in it."""
    words = words_of(request.call.argument)
    directory = _directory(request)
    if words:
        found = await asyncio.to_thread(matches, words[:1], directory)
        if not found or not found[0].is_directory:
            request.reply(filetexts.not_found(words[:1], directory))
            return
        directory = found[0].path
    try:
        entries = await asyncio.to_thread(contents, directory)
    except OSError as error:
        request.reply(f"{directory}: {filetexts.unwritable(error)}")
        return
    title = filetexts.directory(directory, len(entries))
    await _pick(request, FilePicker(title, entries, directory))


async def list_notes(request: Request) -> None:
    """Show the newest Markdown files below the directory of the terminal."""
    directory = _directory(request)
    found = await asyncio.to_thread(newest_notes, directory, _NOTES)
    title = filetexts.notes(directory, len(found))
    if found:
        await _pick(request, FilePicker(title, found))
    else:
        request.reply(title)


async def show_media(request: Request) -> None:
    """Tell what was sent and received, what waits and what failed."""
    services = request.services
    dirs = services.dirs
    usages = [
        (each.name, await asyncio.to_thread(usage_of, each))
        for each in (dirs.sent, dirs.received)
    ]
    failures = await asyncio.to_thread(failed_files, dirs, request.user_id)
    waiting = services.media.waiting(request.user_id)
    text = filetexts.media(waiting, services.media.totals, usages, failures)
    keyboard = None
    if failures:
        key = services.buttons.issue(request.user_id, RetryButton())
        keyboard = retry_keyboard(key, len(failures))
    await services.outbox.text(request.chat, text, keyboard=keyboard)


class RetryButton:
    """Sends once more what failed."""

    async def press(self, press: Press) -> str | None:
        """Put the files back to where they are sent from."""
        dirs = press.services.dirs
        failures = await asyncio.to_thread(failed_files, dirs, press.user_id)
        return filetexts.retried(await asyncio.to_thread(retry, dirs, failures))


async def _pick(request: Request, picker: FilePicker) -> None:
    await picker.show(request.services, request.user_id, request.chat)


def _directory(request: Request) -> Path:
    """Return where the user is at work: in the terminal, or else at home."""
    place = request.place
    return (place and place.session.directory) or Path.home()
