"""The connections for calls of the Bot API."""

from http import HTTPStatus
from typing import Any

from telegram.error import NetworkError
from telegram.request import HTTPXRequest


class CallRequest(HTTPXRequest):
    """Knows that a server in trouble answers with a page, not with JSON."""

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """Do one call.

        Raises:
            NetworkError: Also for every answer of 500 and above; the library would
                first log a traceback about the page that comes with it.
        """
        status, body = await super().do_request(*args, **options)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NetworkError(f"the Bot API server answers {status}")
        return status, body
