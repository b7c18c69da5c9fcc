"""What `[name]` in the messages of a user stands for."""

from coderbot.worker.services import Services


def macros_of(services: Services, user_id: int) -> dict[str, str]:
    """Return the macros of a user by name: those of the settings, and their own."""
    common = {name: text for name, text in services.settings.macros.items() if text}
    return common | services.preferences.of(user_id).macros


def marks_of(services: Services, user_id: int) -> dict[str, str]:
    """Return all that is replaced in a message: macros, and the media directory."""
    return macros_of(services, user_id) | {"media": str(services.dirs.to(user_id))}
