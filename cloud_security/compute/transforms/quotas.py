# SPDX-License-Identifier: Apache-2.0
"""The quota usage of another user, which tells how many servers they have.

Counts are not filtered, because the members of a project share its quota. For
one user, a count would be an existence leak. The caller's own usage and the
project's stay as they are.
Source: nova/api/openstack/compute/quota_sets.py detail, Nova 29 to 34.
"""

from __future__ import annotations

from typing import Optional

from nova.limit import utils as limit_utils
from oslo_serialization import jsonutils
import webob

from cloud_security.wsgi import exchange as exchanges
from cloud_security.wsgi import transform

PATH = '/os-quota-sets/{id}/detail'
#: Nova counts these from owned rows (or in Placement, for the same servers).
RESOURCES = ('instances', 'cores', 'ram', 'server_groups')


def hide_usage(
    exchange: exchanges.Exchange, response: webob.Response
) -> Optional[transform.Change]:
    """Respond that another user uses nothing."""
    if response.status_code != 200:
        return None
    user_id = exchange.request.GET.get('user_id')
    # Unified limits know projects only and ignore the user.
    if (
        not user_id
        or user_id == exchange.caller_id
        or limit_utils.use_unified_limits()
    ):
        return None
    body = jsonutils.loads(response.body)
    for resource in RESOURCES:
        # Nova says -1 where it does not count.
        if body['quota_set'].get(resource, {}).get('in_use', 0) > 0:
            body['quota_set'][resource]['in_use'] = 0
    return transform.Change(body=jsonutils.dump_as_bytes(body))


HIDE_USAGE = transform.Transform(
    after=hide_usage, routes=frozenset({('GET', PATH)})
)
