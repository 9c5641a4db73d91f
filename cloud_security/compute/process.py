# SPDX-License-Identifier: Apache-2.0
"""What else runs in this process."""

import sys

#: Loaded where conductor, scheduler or compute run, and by Nova's tests that
#: run them all in one process; never by the API alone.
OTHER_SERVICES = (
    'nova.compute.manager',
    'nova.conductor.manager',
    'nova.scheduler.manager',
    'nova.test',
)


def is_shared() -> bool:
    """Tell whether other parts of Nova work in this process too.

    Their threads carry contexts of requests that have long been answered.
    """
    return any(module in sys.modules for module in OTHER_SERVICES)
