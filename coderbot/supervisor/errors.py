"""What the supervisor refuses, told to a person."""

from coderbot.errors import CoderBotError, ExitCode


class UnknownBotError(CoderBotError):
    """Raised when a command names a bot that does not exist."""

    exit_code = ExitCode.USAGE


class FleetStoppingError(CoderBotError):
    """Raised when a bot is to be started while the whole fleet is being stopped."""

    exit_code = ExitCode.REFUSED


class MediaError(CoderBotError):
    """Raised when a media directory cannot be looked through safely."""

    exit_code = ExitCode.REFUSED


class NoClusterError(CoderBotError):
    """Raised when a command is about several hosts, and there is one."""

    exit_code = ExitCode.REFUSED

    def __init__(self) -> None:
        super().__init__(
            "This host is alone: CLUSTER_REDIS_URL is not set",
            "See docs/cluster.md.",
        )
