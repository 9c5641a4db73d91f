# SPDX-License-Identifier: Apache-2.0
"""The place of the filter on a way to the API of a service.

It stands behind all others, but for those that answer requests themselves:
Glance's cache would hand an image out before the filter could hide it.
"""

from __future__ import annotations

from typing import Iterable

from cloud_security.deploy import apis
from cloud_security.deploy import paste_loader


def is_isolated(way: paste_loader.Way, api: apis.Api) -> bool:
    """Tell whether a way has the filter, once and in its place."""
    places = [at for at, part in enumerate(way) if part.factory == api.factory]
    rest = [part for part in way if part.factory != api.factory]
    answering = (
        at for at, part in enumerate(rest) if part.factory in api.behind
    )
    return places == [next(answering, len(rest))]


def behind(loader: paste_loader.Loader, names: Iterable[str]) -> list[str]:
    """Return those of some filters that belong behind ours."""
    return [
        name
        for name in names
        if loader.filters(name)[-1].factory in loader.api.behind
    ]
