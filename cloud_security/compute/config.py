# SPDX-License-Identifier: Apache-2.0
"""Nova's own configuration, for commands that read Nova's databases."""

from __future__ import annotations

from typing import Any
from typing import ContextManager
from typing import Optional

from nova import config
from nova import objects
from nova.conf import CONF
from oslo_policy import opts as policy_opts

from cloud_security import opts
from cloud_security.deploy import apis
from cloud_security.deploy import configuration

__all__ = (
    'CONF',
    'Unanswered',
    'Unconfigured',
    'Unreadable',
    'keep_log',
    'load',
    'parse',
    'reading',
)


Unanswered = configuration.Unanswered
Unconfigured = configuration.Unconfigured
Unreadable = configuration.Unreadable


def load(parsed_args: Any) -> None:
    """Read nova.conf as Nova's API does, and get ready for its databases.

    :param parsed_args: with lists config_file and config_dir
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    parse(configuration.arguments(parsed_args))


def parse(argv: list[str]) -> None:
    """Read nova.conf, and get ready for its databases.

    :param argv: as in sys.argv, with oslo.config's arguments
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    configuration.read(apis.NOVA, CONF, argv, _parse)
    # [oslo_policy], which Nova's policy registers when it is first asked.
    policy_opts.set_defaults(CONF)
    opts.register(CONF)
    objects.register_all()


def _parse(argv: list[str], files: Optional[list[str]]) -> None:
    config.parse_args(argv, default_config_files=files)


def keep_log() -> None:
    """Log where nova.conf says, beside the console."""
    configuration.keep_log(CONF, 'nova')


def reading() -> ContextManager[None]:
    """Say in one sentence that a database does not answer.

    :raises Unanswered: when it does not
    """
    return configuration.answering(
        "Nova's databases do not answer",
        'see [api_database] connection in nova.conf and nova-manage cell_v2 '
        'list_cells; run the command again when they do.',
    )
