"""What a terminal has written, as files."""

from coderbot.worker.telegram.request import Request


async def send_history(request: Request) -> None:
    """Send what has scrolled away and what is shown, as a text file."""


async def toggle_recording(request: Request) -> None:
    """Begin to record the terminal, or stop and send the recording."""
