# SPDX-License-Identifier: Apache-2.0
"""Detect whether other Nova services share this process."""

import sys

#: Conductor, scheduler and compute load these, and Nova's tests, which run
#: all services in one process. The API alone loads none of them.
OTHER_SERVICES = (
    'nova.compute.manager',
    'nova.conductor.manager',
    'nova.scheduler.manager',
    'nova.test',
)


def is_shared() -> bool:
    """Tell whether other services of Nova work in this process, too.

    Their threads carry contexts of requests to which the API has responded.
    """
    return any(module in sys.modules for module in OTHER_SERVICES)
