"""The commands of coding CLIs that begin with a slash (pure).

Telegram keeps a message that begins with a slash for the bot, so a point stands for
it: `.clear` types `/clear`. Names of hidden files look the same, so only these names
count, and those that no file has: with a colon or two underlines (`mcp__tool`,
`plugin:name`). `..clear` types `.clear`, and `//name` types `/name` for any other.
"""

import re

_CLAUDE = """add-dir agents bashes bug chrome clear color compact config context copy cost
desktop doctor effort exit export extra-usage fast feedback fork help hooks ide init
insights install-github-app install-slack-app keybindings login logout mcp memory mobile
model output-style passes permissions plan plugin pr-comments privacy-settings quit
release-notes reload-plugins remote-control remote-env rename resume review rewind sandbox
security-review skills stats status statusline tasks terminal-setup theme think todos
upgrade usage vim voice"""
_COPILOT = """agent allow-all changelog cwd delegate diff experimental fleet instructions
list-dirs lsp new reset-allowed-tools restart session share tasks undo user"""
_GEMINI = """about auth chat commands compress corgi directory docs editor extensions
policies privacy restore settings setup-github shells shortcuts tools"""
_OPENCODE = """connect details models redo sessions summarize themes thinking timeline
unshare variants continue"""
_CODEX = """approvals apps approve archive collab fast mention personality prompts ps
rollout side test-approval"""
_OTHERS = """add architect ask chat-mode code commit drop editor-model lint load map
map-refresh multiline-mode ok paste read-only reasoning-effort report reset save
think-tokens tokens weak-model web set show bye"""

SLASH_NAMES = frozenset(
    " ".join((_CLAUDE, _COPILOT, _GEMINI, _OPENCODE, _CODEX, _OTHERS)).split()
)
"""Names that are known, without the slash."""

_POINT = re.compile(r"\A(\.\.?)([A-Za-z][\w:-]*)(?=\s|\Z)")
_SLASHES = re.compile(r"\A//(?=[A-Za-z][\w:-]*(?:\s|\Z))")


def with_slash(text: str) -> str:
    """Return `text` with the slash that the point before a command stands for."""
    found = _POINT.match(text)
    if found is None:
        return _SLASHES.sub("/", text)
    points, name = found.groups()
    if not _is_command(name):
        return text
    # Keyboards of phones begin a sentence with a capital.
    start = f"/{name[0].lower()}{name[1:]}" if points == "." else f".{name}"
    return start + text[found.end() :]


def _is_command(name: str) -> bool:
    return ":" in name or "__" in name or name.lower() in SLASH_NAMES
