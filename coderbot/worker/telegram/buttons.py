"""What the buttons of a worker stand for."""

from coderbot.botprocess.telegram.issued import IssuedButtons
from coderbot.worker.telegram.press import Target

Buttons = IssuedButtons[Target]
"""Those of users; what belongs to a terminal is revoked when that closes."""
