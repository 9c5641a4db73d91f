"""Nova's compute API as WSGI servers load it, without a Neutron to ask.

Nova asks Neutron for the security groups of servers that it shows; here each
has the default one, so that Nova's own time is all there is.
"""

from nova import monkey_patch

monkey_patch.patch(backend='threading')

# isort: split
from nova.network import security_group_api  # noqa: E402


def _bindings(_context, servers):
    return {server['id']: [{'name': 'default'}] for server in servers}


security_group_api.get_instances_security_groups_bindings = _bindings

# isort: split
from nova.wsgi.osapi_compute import application  # noqa: E402,F401
