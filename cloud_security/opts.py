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
            ('enforce', 'Members see and touch only their own servers.'),
            (
                'monitor',
                'Answers stay as they are; what enforce would have '
                'hidden, and from whom, is logged.',
            ),
            ('off', 'No isolation; a warning is logged at start.'),
        ],
        help='What the user_isolation filter does. Read when the service '
        'starts.',
    ),
    cfg.StrOpt(
        'audit',
        default='log',
        choices=[
            ('off', 'Nothing is recorded.'),
            ('log', "Records in the service's log."),
            (
                'both',
                'Records in the log, and the same as CADF events through '
                '[oslo_messaging_notifications].',
            ),
        ],
        help='Where it is told that somebody was denied a hidden server, or '
        "acted on another's because of his role. What monitor mode would "
        'have hidden is always logged. Read when the service starts.',
    ),
]


def list_opts() -> List[Tuple[cfg.OptGroup, List[cfg.Opt]]]:
    """Return the options; the entry point ``oslo.config.opts``."""
    return [(GROUP, OPTS)]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options; again changes nothing."""
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)
