"""/audiomode: what happens to what was said."""

from coderbot.worker.telegram import voicetexts
from coderbot.worker.telegram.audiomode import mode_of
from coderbot.worker.telegram.request import Request

_OTHER = {"copy": "prompt", "prompt": "copy"}


async def change_mode(request: Request) -> None:
    """Change to the mode that is named, or to the other one."""
    wanted = request.call.argument.lower() or _OTHER[mode_of(request)]
    if wanted not in _OTHER:
        request.refuse()
        return
    request.services.preferences.change(request.user_id, audio_mode=wanted)
    is_set_up = request.services.transcriber is not None
    request.reply(voicetexts.mode(wanted, is_set_up))
