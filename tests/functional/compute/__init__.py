# SPDX-License-Identifier: Apache-2.0
"""Tests on a whole Nova: real API, scheduler, conductor, compute, SQL.

Nova decides about threads when this package of its own is imported, so that
comes first. It runs as it does in production: native threads from Nova 34 on,
eventlet before. The environment can choose otherwise.
"""

import importlib.metadata
import os

if int(importlib.metadata.version('nova').partition('.')[0]) >= 34:
    os.environ.setdefault('OS_NOVA_DISABLE_EVENTLET_PATCHING', 'true')

import nova.tests.functional  # noqa: E402,F401

try:
    from nova import thread_pool_factory
except ImportError:
    # Up to Nova 33.
    pass
else:
    # Nova's fixture puts this away until it has waited for a service to stop,
    # not until one that is slow has stopped: then no test after it could have
    # threads.
    thread_pool_factory.shutdown_all_executors = lambda: None

    from tests.functional.compute import idle_threads

    idle_threads.keep_asleep()
