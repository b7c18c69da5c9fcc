"""What the build of the documentation does besides: checks, and pages of the root.

Pages that lie in the root of the project, where everybody looks for them, are taken
into the documentation, and links to them and from them are bent.
"""

import re
from posixpath import dirname, normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from scripts.reference.pages import ROOT, outdated

FROM_ROOT = {
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "security.md": "SECURITY.md",
    "explanation/figures.md": "bench/README.md",
}
"""Pages of the documentation by the file in the root that they are."""

_PAGES = {root: page for page, root in FROM_ROOT.items()}
_LINK = re.compile(r"(?<!!)\[([^\]\n]+)\]\(([^)#:\s]+)(#[^)\s]*)?\)")
_CELL = re.compile(r"<td\b.*?</td>", re.DOTALL)
_LOADED = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\bsrc=["']?(?:https?:)?//"""
    r"""|<link[^>]*rel=["']?(?:stylesheet|preconnect|icon)[^>]*href=["']?(?:https?:)?//""",
    re.IGNORECASE,
)


def on_pre_build(**_: Any) -> None:
    """Refuse to build when a page that is made from the code is not what it says."""
    old = [str(path.relative_to(ROOT)) for path, _ in outdated()]
    if old:
        names = ", ".join(old)
        raise PluginError(f"Not up to date: {names}. Run: make reference")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie in the root."""
    for page, source in FROM_ROOT.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text()))
    return files


def on_page_markdown(markdown: str, page: Page, files: Files, **_: Any) -> str:
    """Bend links that lead to pages of the root; those to our code become words."""
    here = page.file.src_uri
    source = FROM_ROOT.get(here, f"docs/{here}")

    def bent(found: re.Match[str]) -> str:
        words, path, anchor = found.groups("")
        target = normpath(f"{dirname(source)}/{path}" if dirname(source) else path)
        inside = _PAGES.get(target, target.removeprefix("docs/"))
        if files.get_file_from_path(inside) is not None:
            return f"[{words}]({relpath(inside, dirname(here) or '.')}{anchor})"
        return words if (ROOT / target).exists() else found[0]

    return _LINK.sub(bent, markdown)


def on_page_content(html: str, **_: Any) -> str:
    """Show a bar inside code inside a table as what it is."""
    return _CELL.sub(lambda found: found[0].replace("\\|", "|"), html)


def on_post_page(output: str, page: Page, **_: Any) -> str:
    """Refuse a page that loads anything from elsewhere when it is read."""
    found = _LOADED.search(output)
    if found:
        raise PluginError(f"{page.file.src_uri} loads from elsewhere: {found[0]}")
    return output
