"""What stands in the source but not in the running program: strings below fields."""

import ast
import inspect
import textwrap
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True, slots=True)
class Field:
    """One field or member of a class, as its source says it."""

    name: str
    kind: str
    """Its annotation; empty when it has none."""
    value: str
    """What it is set to; empty when it is not."""
    meaning: str
    """The string below it."""


def fields_of(kind: type) -> list[Field]:
    """Return the fields of a class in order, without those that it inherits."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    body = cast(ast.ClassDef, tree.body[0]).body
    found = []
    for position, node in enumerate(body):
        match node:
            case ast.AnnAssign(ast.Name(name), annotation, value):
                kind_text = ast.unparse(annotation)
            case ast.Assign([ast.Name(name)], value):
                kind_text = ""
            case _:
                continue
        text = "" if value is None else ast.unparse(value)
        meaning = _string(body[position + 1]) if position + 1 < len(body) else ""
        found.append(Field(name, kind_text, text, meaning))
    return found


def meaning_of(kind: type) -> str:
    """Return the docstring of a class as one paragraph."""
    return " ".join(inspect.cleandoc(kind.__doc__ or "").split())


def _string(node: ast.stmt) -> str:
    match node:
        case ast.Expr(ast.Constant(str(text))):
            return " ".join(text.split())
    return ""
