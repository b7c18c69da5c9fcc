"""One file on its way to its recipients."""

from dataclasses import dataclass, field

from coderbot.worker.media.fileid import FileId
from coderbot.worker.media.kinds import MediaKind


@dataclass(eq=False, slots=True)
class Job:
    """What is known of one file that is being sent."""

    number: int
    """Order of completion; lower ones go first."""
    file: FileId
    kind: MediaKind = MediaKind.DOCUMENT
    missing: set[int] = field(default_factory=set)
    """Chats that neither have it nor have refused it."""
    delivered: set[int] = field(default_factory=set)
    refused: dict[int, str] = field(default_factory=dict)
    """Chats that can never have it, and why."""
    unfit: str = ""
    """Why nobody at all can be sent this file; empty when it can be sent."""
    is_stale: bool = False
    """The file is gone or was changed; this version is not sent any further."""

    def reason(self) -> str:
        """Return why nobody can have it."""
        if self.unfit:
            return self.unfit
        reasons = sorted(set(self.refused.values()))
        if len(reasons) == 1:
            return f"refused for every recipient: {reasons[0]}"
        each = (f"{chat}: {why}" for chat, why in sorted(self.refused.items()))
        return "refused for every recipient\n" + "\n".join(each)
