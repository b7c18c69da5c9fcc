"""What a finished file is sent as, and to whom."""

from collections.abc import Sequence
from pathlib import Path

from coderbot.worker.media.captions import caption_of
from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.job import Job
from coderbot.worker.media.kinds import kind_of, refusal
from coderbot.worker.media.opening import open_below
from coderbot.worker.media.recipients import recipients_of


def plan(job: Job, root: Path, allowed: Sequence[int], max_bytes: int) -> None:
    """Fill in what `job` does not know yet; to be run in a thread.

    Args:
        job: Only its file is known.
        root: Directory of the bot.
        allowed: Users of the bot.
        max_bytes: Largest upload the server takes, in bytes.
    """
    file = job.file
    job.recipients = recipients_of(file.folder, allowed)
    job.unfit = refusal(file.size, max_bytes) or ""
    if not job.recipients:
        job.unfit = f"the user of {file.folder}/ is not among ALLOWED_USER_IDS"
    if job.unfit:
        return
    try:
        with open_below(root, file.name) as content:
            job.kind = kind_of(file.base, file.size, content)
    except FileNotFoundError:
        job.is_stale = True
        return
    except OSError as error:
        # A link that took its place is another file, and dealt with as such.
        job.is_stale = FileId.of(root, file.name) != file
        job.unfit = f"the file cannot be read: {error.strerror}"
    job.caption = caption_of(root, file.name, file.size)
