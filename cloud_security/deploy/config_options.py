# SPDX-License-Identifier: Apache-2.0
"""Options with which each OpenStack command finds its configuration."""

from __future__ import annotations

from typing import Any


def add(parser: Any) -> None:
    """Add --config-file and --config-dir to a parser of argparse."""
    parser.add_argument(
        '--config-file',
        action='append',
        metavar='FILE',
        help="the service's configuration file, such as nova.conf; repeat it "
        "for more (default: /etc/nova/nova.conf and what Nova's API reads "
        'beside it, or /etc/cinder/cinder.conf)',
    )
    parser.add_argument(
        '--config-dir',
        action='append',
        metavar='DIRECTORY',
        help='directory of further .conf files; repeat it for more',
    )
