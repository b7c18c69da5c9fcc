"""`.env.example`, made from the settings themselves; `make reference` writes it."""

import textwrap
from pathlib import Path
from typing import Any

from coderbot.config.settings import variables


def render() -> str:
    """Return the text of `.env.example`."""
    lines = [
        "# Settings of CoderBot. Copy to .env (chmod 600) and fill in the first section.",
        "# Real environment variables win over this file; an empty value means the default.",
    ]
    section = ""
    for _, variable, default in variables():
        if variable.section != section:
            section = variable.section
            lines += ["", f"# --- {section} ---"]
        about = f"{variable.meaning} [{variable.unit}]"
        lines += textwrap.wrap(about, 88, initial_indent="# ", subsequent_indent="#   ")
        lines.append(f"{variable.name}={shown(default)}")
    return "\n".join(lines) + "\n"


def shown(default: Any) -> str:
    """Return a default as one would write it in the file."""
    if default is None or default == () or default == "":
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, float):
        return f"{default:g}"
    if isinstance(default, Path):
        return str(default)
    text = str(default)
    return f'"{text}"' if " " in text else text
