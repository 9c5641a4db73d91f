# SPDX-License-Identifier: Apache-2.0
"""The options of ``[cloud_security_trace]``."""

from typing import List
from typing import Tuple

from oslo_config import cfg

GROUP = cfg.OptGroup('cloud_security_trace', title='History of IP addresses')

OPTS: List[cfg.Opt] = [
    cfg.BoolOpt(
        'strict',
        default=False,
        help='Let a request fail with 500 when Neutron cannot write its '
        'history. By default the request succeeds, Neutron logs the failure, '
        'and notes a gap. Neutron reads it at start.',
    ),
    cfg.IntOpt(
        'retention_days',
        default=365,
        min=1,
        help='Days after which cloud-security-trace purge deletes an '
        'interval, counted from its end. Intervals that last are kept.',
    ),
    cfg.ListOpt(
        'kept_servers',
        default=[],
        help='IDs of servers of which cloud-security-trace purge deletes '
        'nothing, for incidents that are not closed. The command deletes '
        'nothing at all where the history has no such server.',
    ),
    cfg.BoolOpt(
        'keep_names',
        default=True,
        help='Keep the names of users beside their IDs. A name cannot be '
        'looked up when the account is gone. It is personal data.',
    ),
    cfg.StrOpt(
        'connection',
        secret=True,
        help="URL of Neutron's database, in nova.conf, for server set-owner "
        'and project hand-over: they write the new owner into the history. '
        'Without it, cloud-security-trace sync finds the new owner later.',
    ),
]


def list_opts() -> List[Tuple[cfg.OptGroup, List[cfg.Opt]]]:
    """Return the options; an entry point ``oslo.config.opts``."""
    return [(GROUP, OPTS)]


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options; again changes nothing."""
    conf.register_group(GROUP)
    conf.register_opts(OPTS, group=GROUP)
