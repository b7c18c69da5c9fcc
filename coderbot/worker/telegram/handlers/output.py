"""What a terminal has written, as files."""

import asyncio

from coderbot.worker.masking.pieces import mask_in_pieces
from coderbot.worker.telegram import texts
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.request import Request


async def send_history(request: Request) -> None:
    """Send what has scrolled away and what is shown, as a text file."""
    argument, place = request.call.argument, request.place
    if argument and not (argument.isascii() and argument.isdigit() and int(argument)):
        request.refuse()
    elif place is not None:
        text = _last_lines(place.session.transcript(), int(argument or 0))
        if text.strip():
            send = _send(request, place, text)
            request.services.tasks.spawn(send, "history")
        else:
            request.reply(texts.SCREEN_EMPTY)


async def toggle_recording(request: Request) -> None:
    """Begin to record the terminal, or stop and send the recording."""
    place, recorders = request.place, request.services.recorders
    if place is None or recorders.stop(place):
        return
    try:
        recorders.start(place)
    except OSError as error:
        request.reply(texts.not_recording(error.strerror or "no file can be made"))
    else:
        request.reply(texts.recording(place.name))


async def _send(request: Request, place: Place, text: str) -> None:
    mask = request.services.mask
    if mask is not None:
        text = await asyncio.to_thread(mask_in_pieces, text, mask.text)
    await request.services.outbox.document(
        request.chat,
        text.encode("utf-8", "replace"),
        f"{place.name}.txt",
        caption=texts.history(place.name, text.count("\n")),
        thread=request.thread,
    )


def _last_lines(text: str, count: int) -> str:
    """Return the last `count` lines, or all for 0, each with its end."""
    lines = text.rstrip().split("\n")[-count:]
    return "\n".join(lines) + "\n"
