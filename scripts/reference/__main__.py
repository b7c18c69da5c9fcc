"""`python -m scripts.reference`: write every page that has changed."""

import sys

from scripts.reference.pages import outdated

for path, text in outdated():
    path.write_text(text)
    sys.stdout.write(f"wrote {path}\n")
