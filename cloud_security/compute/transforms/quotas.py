"""The quota usage of somebody else: how many servers he has.

Counts are not filtered, because a project's quota is shared; asked for one
user, they would tell about him. Own usage and the project's stay as they are.
Source: nova/api/openstack/compute/quota_sets.py detail, Nova 29 to 34.
"""

from nova.limit import utils as limit_utils
from oslo_serialization import jsonutils
import webob

from cloud_security.wsgi import exchange as exchanges

PATH = '/os-quota-sets/{id}/detail'
#: What is counted from owned rows (or from Placement, for the same servers).
RESOURCES = ('instances', 'cores', 'ram', 'server_groups')


def hide_usage(exchange: exchanges.Exchange, answer: webob.Response) -> None:
    """Answer that another user uses nothing."""
    if not (
        exchange.enforces
        and answer.status_code == 200
        and exchange.is_for('GET', PATH)
    ):
        return
    user_id = exchange.request.GET.get('user_id')
    # Unified limits know projects only and ignore the user.
    if (
        not user_id
        or user_id == exchange.caller_id
        or limit_utils.use_unified_limits()
    ):
        return
    body = jsonutils.loads(answer.body)
    for resource in RESOURCES:
        # Nova says -1 where it does not count.
        if body['quota_set'].get(resource, {}).get('in_use', 0) > 0:
            body['quota_set'][resource]['in_use'] = 0
    exchanges.put(answer, jsonutils.dump_as_bytes(body))
