# SPDX-License-Identifier: Apache-2.0
"""Detect whether other Cinder services share this process."""

import sys

#: Volume, scheduler and backup load these, and Cinder's tests, which run all
#: services in one process. The API alone loads none of them.
OTHER_SERVICES = (
    'cinder.backup.manager',
    'cinder.scheduler.manager',
    'cinder.tests.unit.test',
    'cinder.volume.manager',
)


def is_shared() -> bool:
    """Tell whether other services of Cinder work in this process, too.

    Their threads carry contexts of requests to which the API has responded.
    """
    return any(module in sys.modules for module in OTHER_SERVICES)
