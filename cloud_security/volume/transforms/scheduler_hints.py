# SPDX-License-Identifier: Apache-2.0
"""Scheduler hints that name volumes.

The scheduler, which sees everybody's rows, places a volume beside those that
hints name, or apart from them. The filter replaces the IDs of hidden volumes
by new ones: such a hint does what one does that names no volume.
Source: cinder/scheduler/filters/affinity_filter.py and
cinder/api/contrib/scheduler_hints.py, Cinder 24 to 29.
"""

from __future__ import annotations

from typing import Any
from typing import Optional

from oslo_serialization import jsonutils
from oslo_utils import uuidutils

from cloud_security.volume import ownership
from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

#: The operation that creates volumes.
CREATES = frozenset({('POST', '/volumes')})
HINTS = 'OS-SCH-HNT:scheduler_hints'


def neutralize(exchange: exchanges.Exchange) -> Optional[transform.Change]:
    """Replace the IDs of hidden volumes in hints."""
    body = exchange.json_body()
    places = _places(body)
    named = exchanges.ids_in(
        jsonutils.dumps([place[name] for place, name in places])
    )
    if not named:
        return None
    hidden = ownership.hidden(named, exchange.caller_id)
    restores = {}
    foreign = {volume_id.lower() for volume_id in hidden}

    def replaced(found: Any) -> str:
        sent = str(found.group())
        if sent.lower() not in foreign:
            return sent
        nobodys = uuidutils.generate_uuid()
        restores[nobodys] = sent
        return nobodys

    for place, name in places:
        text = jsonutils.dumps(place[name])
        place[name] = jsonutils.loads(exchanges.UUID.sub(replaced, text))
    return transform.Change(
        hidden=hidden,
        body=jsonutils.dump_as_bytes(body),
        restores=restores,
    )


def _places(body: Any) -> list[tuple[dict[str, Any], str]]:
    """Return the objects that can have hints, and the name of their member.

    Before 3.53, Cinder takes any member of the volume; its own hints are one.
    """
    if not isinstance(body, dict):
        return []
    volume = body.get('volume')
    places = [(body, HINTS)]
    if isinstance(volume, dict):
        places.append((volume, 'scheduler_hints'))
    return [(place, name) for place, name in places if place.get(name)]


NEUTRALIZE = transform.Transform(before=neutralize, routes=CREATES)
