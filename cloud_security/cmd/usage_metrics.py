# SPDX-License-Identifier: Apache-2.0
"""Metrics of usage, as node_exporter's textfile collector reads them."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
import datetime
from typing import Any

#: Metrics by the columns that hold their values, and the help of each.
METRICS = {
    'Servers': ('servers', 'Servers of the window, deleted ones too.'),
    'CPU Hours': ('cpu_hours', 'Virtual CPUs times hours.'),
    'RAM MB-Hours': ('ram_mb_hours', 'MiB of memory times hours.'),
    'Disk GB-Hours': ('disk_gb_hours', 'GiB of local disk times hours.'),
    'Volume GB': ('volume_gb', 'GiB of the volumes that exist now.'),
    'Floating IP Hours': (
        'floating_ip_hours',
        'Hours for which floating IPs led to servers.',
    ),
}
#: Labels by the columns that hold their values.
LABELS = {
    'Project': 'project_id',
    'User': 'user_id',
    'User Name': 'user_name',
}


def text(
    rows: Sequence[Mapping[str, Any]],
    start: datetime.datetime,
    end: datetime.datetime,
) -> str:
    """Return the text of a file.

    :param rows: ``[{column: value}]``; a column without values is left out
    """
    lines = []
    for name, moment in (('start', start), ('end', end)):
        lines += [
            *_head(
                f'{name}_timestamp_seconds',
                f'The {name} of the window of usage.',
            ),
            f'{_full(name)}_timestamp_seconds {moment.timestamp()}',
        ]
    for column, (name, meaning) in METRICS.items():
        counted = [row for row in rows if column in row]
        if counted:
            lines += _head(name, meaning)
            lines += [
                f'{_full(name)}{_labels(row)} {row[column]}' for row in counted
            ]
    return '\n'.join(lines) + '\n'


def _full(name: str) -> str:
    return f'cloud_security_usage_{name}'


def _head(name: str, meaning: str) -> list[str]:
    return [f'# HELP {_full(name)} {meaning}', f'# TYPE {_full(name)} gauge']


def _labels(row: Mapping[str, Any]) -> str:
    pairs = [f'{name}="{_value(row[key])}"' for key, name in LABELS.items()]
    return f'{{{",".join(pairs)}}}'


def _value(value: str) -> str:
    """Escape what would end a label or a line."""
    return value.replace('\\', r'\\').replace('"', r'\"').replace('\n', r'\n')
