"""Nova's compute API as WSGI servers load it, without a Neutron to ask.

Nova asks Neutron for the security groups of servers that it shows; here each
has the default one, so that Nova's own time is all there is.
"""

import itertools

from nova import monkey_patch

monkey_patch.patch(backend='threading')

# isort: split
from nova.network import security_group_api  # noqa: E402


def _bindings(_context, servers):
    return {server['id']: [{'name': 'default'}] for server in servers}


security_group_api.get_instances_security_groups_bindings = _bindings

# isort: split
from nova.wsgi import osapi_compute  # noqa: E402

#: How many frames there are above a request, in turns; all of them together
#: are longer than a chunk of Python's stack, which is 16 KiB.
DEPTHS = itertools.cycle(range(0, 96, 6))


def application(environ, start_response):
    """Answer, each time from another depth of Python's stack.

    Python 3.11 and later map a chunk of stack when a call needs it, and unmap
    it when the call returns. What is called often at such an edge is several
    times slower there; which calls that are, any frame above them decides:
    one more middleware may hit or miss. Here each side meets all of it.
    Source: CPython's Python/pystate.c, _PyThreadState_PushFrame.
    """
    return _deeper(next(DEPTHS), environ, start_response)


def _deeper(levels, environ, start_response):
    if levels:
        return _deeper(levels - 1, environ, start_response)
    return osapi_compute.application(environ, start_response)
