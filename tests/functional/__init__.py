"""Tests on a whole Nova: real API, scheduler, conductor, compute, SQL.

Nova decides about threads when this package of its own is imported, so that
comes first: native threads, as it runs in production.
"""

import os

os.environ.setdefault('OS_NOVA_DISABLE_EVENTLET_PATCHING', 'true')

import nova.tests.functional  # noqa: E402,F401
