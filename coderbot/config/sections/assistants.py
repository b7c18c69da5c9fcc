"""What coding agents are started with, and the shared macros."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from coderbot.config import parsers
from coderbot.config.variable import setting

_assistants = partial(setting, "Assistants and macros")

_COPILOT = (
    "--allow-all-tools --deny-tool 'shell(rmdir)' --deny-tool 'shell(rm)' "
    "--deny-tool 'shell(sudo)'"
)


@dataclass(frozen=True, kw_only=True)
class AssistantsSettings:
    """The section Assistants and macros."""

    copilot_arguments: str = _assistants(
        "COPILOT_ARGUMENTS",
        _COPILOT,
        parsers.shell_text,
        "Arguments of /copilot; may be set to nothing.",
        unit="shell text",
        may_be_empty=True,
    )
    gemini_arguments: str = _assistants(
        "GEMINI_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /gemini.",
        unit="shell text",
        may_be_empty=True,
    )
    opencode_arguments: str = _assistants(
        "OPENCODE_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /opencode.",
        unit="shell text",
        may_be_empty=True,
    )
    claude_arguments: str = _assistants(
        "CLAUDE_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /claude.",
        unit="shell text",
        may_be_empty=True,
    )
    codex_arguments: str = _assistants(
        "CODEX_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /codex.",
        unit="shell text",
        may_be_empty=True,
    )
    cursor_arguments: str = _assistants(
        "CURSOR_ARGUMENTS",
        "",
        parsers.shell_text,
        "Arguments of /cursor.",
        unit="shell text",
        may_be_empty=True,
    )
    assistants_file: Path | None = _assistants(
        "CODERBOT_ASSISTANTS",
        None,
        parsers.path,
        "Catalogue of further assistants; default: assistants.toml in the state directory.",
        unit="path",
    )
    projects_root: Path | None = _assistants(
        "PROJECTS_ROOT",
        None,
        parsers.path,
        "Directory whose directories /projects lists; default: the home directory.",
        unit="path",
    )
    macro_0: str = _assistants(
        "M0", "", parsers.text, "Text that [m0] in a message stands for.", unit="text"
    )
    macro_1: str = _assistants(
        "M1", "", parsers.text, "Text that [m1] in a message stands for.", unit="text"
    )
    macro_2: str = _assistants(
        "M2", "", parsers.text, "Text that [m2] in a message stands for.", unit="text"
    )
    macro_3: str = _assistants(
        "M3", "", parsers.text, "Text that [m3] in a message stands for.", unit="text"
    )
    macro_4: str = _assistants(
        "M4", "", parsers.text, "Text that [m4] in a message stands for.", unit="text"
    )
    macro_5: str = _assistants(
        "M5", "", parsers.text, "Text that [m5] in a message stands for.", unit="text"
    )
    macro_6: str = _assistants(
        "M6", "", parsers.text, "Text that [m6] in a message stands for.", unit="text"
    )
    macro_7: str = _assistants(
        "M7", "", parsers.text, "Text that [m7] in a message stands for.", unit="text"
    )
    macro_8: str = _assistants(
        "M8", "", parsers.text, "Text that [m8] in a message stands for.", unit="text"
    )
    macro_9: str = _assistants(
        "M9", "", parsers.text, "Text that [m9] in a message stands for.", unit="text"
    )
