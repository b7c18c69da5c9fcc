"""The connections for calls of the Bot API."""

from http import HTTPStatus
from typing import Any

from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from coderbot.botprocess.counters import Counters


class CallRequest(HTTPXRequest):
    """Counts calls, and knows that a server in trouble answers with a page, not JSON.

    Args:
        counters: Of this worker.
        **options: Those of HTTPXRequest.
    """

    def __init__(self, counters: Counters, **options: Any) -> None:
        super().__init__(**options)
        self._counters = counters

    async def do_request(
        self, url: str, method: str, *args: Any, **options: Any
    ) -> tuple[int, bytes]:
        """Do one call.

        Raises:
            NetworkError: Also for every answer of 500 and above; the library would
                first log a traceback about the page that comes with it.
        """
        status, body = await super().do_request(url, method, *args, **options)
        if method == "POST":  # GET is the download of a file
            self._counters.called(url.rpartition("/")[2], status)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NetworkError(f"the Bot API server answers {status}")
        return status, body
