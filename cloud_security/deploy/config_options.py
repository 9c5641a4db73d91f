# SPDX-License-Identifier: Apache-2.0
"""Options with which each OpenStack command finds its configuration."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any


class InOrder(argparse.Action):
    """Append a value, also to config_order, which has files and folders.

    oslo.config reads both in the order of the command line.
    """

    def __call__(
        self, parser: Any, namespace: Any, value: Any, option: Any = None
    ) -> None:
        """Append a value, and ``(name, value)``."""
        for name, more in (
            (self.dest, value),
            ('config_order', (self.dest, value)),
        ):
            found = getattr(namespace, name, None) or []
            setattr(namespace, name, [*found, more])


def in_order(
    files: Iterable[str], folders: Iterable[str]
) -> list[tuple[str, str]]:
    """Return files, then folders, with the names of their options."""
    return [
        *(('config_file', path) for path in files),
        *(('config_dir', path) for path in folders),
    ]


def add(parser: Any) -> None:
    """Add --config-file and --config-dir to a parser of argparse."""
    parser.add_argument(
        '--config-file',
        action=InOrder,
        metavar='FILE',
        help="the service's configuration file, such as nova.conf; repeat it "
        "for more (default: /etc/nova/nova.conf and what Nova's API reads "
        'beside it, or /etc/cinder/cinder.conf)',
    )
    parser.add_argument(
        '--config-dir',
        action=InOrder,
        metavar='DIRECTORY',
        help='directory of further .conf files; repeat it for more',
    )
