"""Where commands print to."""

import os
import sys


def colour_wanted() -> bool:
    """Tell whether stdout is a terminal whose user wants colours."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
