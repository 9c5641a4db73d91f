# SPDX-License-Identifier: Apache-2.0
"""Stream: the body of a response that the filter passes on as it comes."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
import itertools
from typing import Any

from cloud_security.visibility import scope as scopes


def is_stream(types: Collection[str], started: list[Any]) -> bool:
    """Tell whether a response has one of some content types.

    :param started: the arguments of start_response, empty before that
    """
    if not types or not started:
        return False
    return any(
        name.lower() == 'content-type'
        and text.partition(';')[0].strip().lower() in types
        for name, text in started[1]
    )


class Stream:
    """The body of a response; the service makes each chunk in the scope."""

    def __init__(
        self,
        begun: Iterable[bytes],
        sent: Iterable[bytes],
        scope: scopes.Scope,
    ) -> None:
        """Prepare.

        :param begun: chunks that come first
        :param sent: the service's iterable, which this object closes
        """
        self._sent = sent
        self._chunks = itertools.chain(begun, sent)
        self._scope = scope

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Return the next chunk."""
        with scopes.on_this_thread(self._scope):
            return next(self._chunks)

    def close(self) -> None:
        """Let the service finish, also where nobody has read the rest."""
        if hasattr(self._sent, 'close'):
            with scopes.on_this_thread(self._scope):
                self._sent.close()
