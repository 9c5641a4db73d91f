# SPDX-License-Identifier: Apache-2.0
"""Logs with records, as Nova's API writes them."""

import gzip
import json
import os

import fixtures

PREFIX = (
    '2026-11-20 10:00:00.123 4711 INFO cloud_security.wsgi.recorder '
    '[None req-1 bob p - - default default] '
)


def record(**changes):
    """Return a record as Nova's log has it."""
    return dict(
        {
            'time': '2026-11-20T10:00:00.000001+00:00',
            'request_id': 'req-1',
            'user_id': 'bob',
            'project_id': 'p',
            'operation': 'GET /servers/{id}',
            'count': 1,
            'servers': [{'server_id': 's1', 'owner_id': 'alice'}],
        },
        **changes,
    )


def message(**changes):
    """Return what is logged."""
    return f'cloud_security.would_hide {json.dumps(record(**changes))}'


def line(**changes):
    """Return a line as oslo.log writes it."""
    return f'{PREFIX}{message(**changes)}'


def entry(text, **changes):
    """Return a line of a container's log."""
    return json.dumps(
        {'log': f'{text}\n', 'stream': 'stderr', 'time': '2026', **changes}
    )


REQUEST_LOG = (
    '2026-11-20 10:00:00.123 4711 INFO nova.api.openstack.requestlog '
    '[None req-1 - - - - - -] 10.0.0.1 "GET /v2.1/x{}" status: 401 len: 114 '
    'microversion: - time: 0.001'
)


def write(test, name, *lines):
    """Write a log and return its path."""
    path = os.path.join(test.useFixture(fixtures.TempDir()).path, name)
    opened = gzip.open if name.endswith('.gz') else open
    with opened(path, 'wt') as stream:
        stream.writelines(f'{line}\n' for line in lines)
    return path
