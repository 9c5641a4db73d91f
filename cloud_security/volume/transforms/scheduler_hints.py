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
    hints = body.get(HINTS) if isinstance(body, dict) else None
    if not hints:
        return None
    text = jsonutils.dumps(hints)
    named = exchanges.ids_in(text)
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

    body[HINTS] = jsonutils.loads(exchanges.UUID.sub(replaced, text))
    return transform.Change(
        hidden=hidden,
        body=jsonutils.dump_as_bytes(body),
        restores=restores,
    )


NEUTRALIZE = transform.Transform(before=neutralize, routes=CREATES)
