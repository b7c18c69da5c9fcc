"""One file on its way to its recipients."""

from dataclasses import dataclass, field
from pathlib import Path

from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.kinds import MediaKind


@dataclass(eq=False, slots=True)
class Job:
    """What is known of one file that is being sent."""

    number: int
    """Order of completion; lower ones go first."""
    file: FileId
    kind: MediaKind = MediaKind.DOCUMENT
    caption: str = ""
    recipients: tuple[int, ...] = ()
    """Chats that are to have it."""
    missing: set[int] = field(default_factory=set)
    """Those that neither have it nor have refused it."""
    delivered: set[int] = field(default_factory=set)
    refused: dict[int, str] = field(default_factory=dict)
    """Chats that can never have it, and why."""
    unfit: str = ""
    """Why nobody at all can be sent this file; empty when it can be sent."""
    is_stale: bool = False
    """The file is gone or was changed; this version is not sent any further."""

    @property
    def is_done(self) -> bool:
        """Whether every recipient has it."""
        return not (self.unfit or self.refused or self.missing)

    def is_current(self, root: Path) -> bool:
        """Return whether the file in `root` still is the one this job is about."""
        if not self.is_stale:
            self.is_stale = FileId.of(root, self.file.name) != self.file
        return not self.is_stale

    def reason(self) -> str:
        """Return why not everybody can have it."""
        if self.unfit:
            return self.unfit
        lines = [f"user {chat}: {why}" for chat, why in sorted(self.refused.items())]
        lines += [f"user {chat} has it" for chat in sorted(self.delivered)]
        return "\n".join(lines)
