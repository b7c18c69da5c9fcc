"""From a voice message to words: fetched, transcribed, and shown or typed."""

import asyncio
import logging
import tempfile
from collections import defaultdict

from coderbot.worker.services import Services
from coderbot.worker.speech.errors import SpeechError
from coderbot.worker.speech.port import Sound, Transcriber
from coderbot.worker.telegram import voicetexts
from coderbot.worker.telegram.audiomode import mode_of
from coderbot.worker.telegram.download import Downloader, DownloadError
from coderbot.worker.telegram.progressnote import ProgressNote
from coderbot.worker.telegram.reception import LIMIT_BYTES
from coderbot.worker.telegram.request import Asker
from coderbot.worker.telegram.transcript import show_transcript
from coderbot.worker.telegram.voice import Voice
from coderbot.worker.terminal.session import TerminalSession

_AT_ONCE = 2
"""Sounds that are fetched and transcribed at the same time."""

_log = logging.getLogger(__name__)


class Listener:
    """Turns what users say into text.

    A sound lies in a file without a name, so that nothing is left of it, whatever
    happens to this process.

    Args:
        services: Of this worker.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._downloader = Downloader(services.bot, services.clock)
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def hear(self, asker: Asker, voice: Voice) -> None:
        """Transcribe a voice message and do with the text what its user wants."""
        transcriber = self._services.transcriber
        if transcriber is None:
            return
        # Whatever is in use when the text is there, it is meant for this one.
        session = asker.place.session if asker.place is not None else None
        # What was said first is typed first, however long that takes.
        async with self._turns[asker.user_id]:
            await self._hear(asker, voice, transcriber, session)

    async def _hear(
        self,
        asker: Asker,
        voice: Voice,
        transcriber: Transcriber,
        session: TerminalSession | None,
    ) -> None:
        try:
            text = await self._text_of(asker, voice, transcriber)
        except (SpeechError, DownloadError) as error:
            _log.warning("Not transcribed: %s", type(error).__name__)
            asker.reply(voicetexts.not_transcribed(str(error)))
        except OSError as error:
            asker.reply(voicetexts.not_transcribed(error.strerror or "disk"))
        else:
            await self._use(asker, voice, text, session)

    async def _text_of(
        self, asker: Asker, voice: Voice, transcriber: Transcriber
    ) -> str:
        """Return what is said.

        Raises:
            SpeechError: When it cannot be transcribed.
            DownloadError: When it cannot be fetched.
            OSError: When the disk does not take it.
        """
        sound_format = voicetexts.checked(
            voice, transcriber, self._max_bytes(transcriber), self._max_s
        )
        services = self._services
        note = ProgressNote(
            services.outbox,
            services.clock,
            asker.chat,
            lambda: voicetexts.TRANSCRIBING,
            asker.thread,
        )
        services.tasks.spawn(note.run(), f"progress in {asker.chat}")
        try:
            async with self._slots:
                with tempfile.TemporaryFile(dir=services.settings.state_dir) as content:
                    await self._downloader.fetch(voice.file_id, content, _ignore)
                    content.seek(0)
                    return await transcriber.transcribe(Sound(content, sound_format))
        finally:
            note.done()

    async def _use(
        self, asker: Asker, voice: Voice, text: str, session: TerminalSession | None
    ) -> None:
        if not text:
            asker.reply(voicetexts.NOTHING_SAID)
            return
        place = self._services.desk.place_of(session) if session else None
        wants_typing = mode_of(asker) == "prompt"
        if wants_typing and voice.may_be_typed and place is not None:
            await place.session.type_text(text, enter=True)
            place.screen.touch()
            asker.reply(voicetexts.typed(text))
        else:
            await show_transcript(asker, text)

    @property
    def _max_s(self) -> int:
        return self._services.settings.stt_max_seconds

    def _max_bytes(self, transcriber: Transcriber) -> int:
        if self._services.settings.local_mode:
            return transcriber.max_bytes
        return min(transcriber.max_bytes, LIMIT_BYTES)


def _ignore(_so_far: int) -> None:
    """Take no note of how much has arrived."""
