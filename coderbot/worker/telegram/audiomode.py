"""What happens to a transcript, by the choice of its user."""

from coderbot.worker.telegram.request import Asker


def mode_of(asker: Asker) -> str:
    """Return `copy` or `prompt`."""
    services = asker.services
    chosen = services.preferences.of(asker.user_id).audio_mode
    return chosen or services.settings.audio_mode
