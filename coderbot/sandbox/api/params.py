"""Parameters of a call, however they were sent."""

import json
from typing import Any

from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.markup.formatted import Formatted, format_text
from coderbot.sandbox.upload import Upload


class Params:
    """Reads typed values from strings (query, forms) and JSON values alike.

    Args:
        values: Parameters by name.
        uploads: Files by the name of their field.
    """

    def __init__(self, values: Json, uploads: dict[str, Upload] | None = None) -> None:
        self._values = values
        self.uploads = uploads or {}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        value = self._values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number.

        Raises:
            ApiError: 400 when it is none.
        """
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError):
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        """Return a truth value; anything but true, yes, 1 is false."""
        return str(self._values.get(name, "")).lower() in ("true", "yes", "1")

    def json(self, name: str) -> Any:
        """Return a JSON value; None when the parameter is missing.

        Raises:
            ApiError: 400 when it cannot be read.
        """
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {name} JSON object") from None

    def json_object(self, name: str) -> Json | None:
        """Return a JSON object; None when the parameter is missing.

        Raises:
            ApiError: 400 when it is something else.
        """
        value = self.json(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"object expected as {name}")
        return value

    def objects(self, name: str) -> list[Json]:
        """Return a list of JSON objects; empty when the parameter is missing.

        Raises:
            ApiError: 400 when it is something else.
        """
        value = self.json(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise bad_request(f"can't parse {name} JSON object")
        return value

    def formatted(self, name: str, entities: str = "entities") -> Formatted:
        """Return a text as Telegram keeps it.

        Args:
            name: Parameter with the text.
            entities: Parameter with explicit entities.

        Raises:
            ApiError: 400 when its markup cannot be read.
        """
        marks = [check_entity(entity) for entity in self.objects(entities)]
        return format_text(self.text(name), self.text("parse_mode"), marks)


def check_entity(entity: Json) -> Json:
    """Return a `MessageEntity` whose numbers are numbers.

    Raises:
        ApiError: 400.
    """
    try:
        numbers = {"offset": int(entity["offset"]), "length": int(entity["length"])}
        return {**entity, "type": str(entity["type"]), **numbers}
    except (KeyError, TypeError, ValueError, OverflowError):
        raise bad_request("can't parse MessageEntity: Field is missing") from None
