# SPDX-License-Identifier: Apache-2.0
"""The options of ``[cloud_security]``."""

from typing import List
from typing import Tuple

from oslo_config import cfg

GROUP = cfg.OptGroup('cloud_security', title='Isolation of users in a project')

OPTS: List[cfg.Opt] = [
    cfg.StrOpt(
        'mode',
        default='enforce',
        choices=[
            ('enforce', 'Members see and use only what is their own.'),
            (
                'monitor',
                'No response changes. The log records what enforce would '
                'have hidden, and from whom.',
            ),
            ('off', 'No isolation. The service logs a warning at start.'),
        ],
        help='Mode of the user_isolation filter, or of the plugin of that '
        'name in Neutron. The service reads it at start: restart the '
        'service after a change.',
    ),
    cfg.StrOpt(
        'audit',
        default='log',
        choices=[
            ('off', 'No records.'),
            ('log', "Records in the service's log."),
            (
                'both',
                'Records in the log, and the same as CADF events through '
                '[oslo_messaging_notifications].',
            ),
        ],
        help='Destination of the records about callers who were denied '
        'something hidden, or who acted on what another user owns because '
        'of their role. Monitor mode logs its own records with every value. '
        'The service reads it at start.',
    ),
]


def list_opts() -> List[Tuple[cfg.OptGroup, List[cfg.Opt]]]:
    """Return the options; the entry point ``oslo.config.opts``."""
    return [(GROUP, OPTS)]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options; again changes nothing."""
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)
