# SPDX-License-Identifier: Apache-2.0
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
from nova.wsgi import osapi_compute  # noqa: E402


def application(environ, start_response):
    """Call Nova with all frames of this thread in one chunk of its stack.

    Python 3.11 and later map a chunk of 16 KiB when a call needs one, and
    unmap the chunk when that call returns. A call right at such an edge maps
    and unmaps each time. The depth of the stack decides by chance which calls
    those are: stock Nova maps 264 chunks for a show, the same show behind one
    more middleware maps 546. Source: push_chunk(), _PyThreadState_PopFrame()
    in CPython's Python/pystate.c.
    """
    return osapi_compute.application(environ, start_response)


# A frame of more than 256 KiB gets a chunk of twice as much.
application.__code__ = application.__code__.replace(co_stacksize=1 + 2**15)
