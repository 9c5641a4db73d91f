# SPDX-License-Identifier: Apache-2.0
"""Glance's own configuration, for commands that read Glance's database."""

from __future__ import annotations

from typing import Any
from typing import ContextManager
from typing import Optional

from glance.common import config as _config  # noqa: F401 registers options
from glance.common import wsgi as _wsgi  # noqa: F401 registers options
from oslo_config import cfg
from oslo_policy import opts as policy_opts

from cloud_security import opts
from cloud_security.deploy import apis
from cloud_security.deploy import configuration

CONF = cfg.CONF


def load(parsed_args: Any) -> None:
    """Read glance-api.conf as Glance's API does.

    :param parsed_args: with lists config_file and config_dir
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    parse(configuration.arguments(parsed_args))


def parse(argv: list[str]) -> None:
    """Read glance-api.conf, and get ready for Glance's database.

    :param argv: as in sys.argv, with oslo.config's arguments
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    configuration.read(apis.GLANCE, CONF, argv, _parse)
    # Source: glance/common/config.py, Glance 28 to 33.
    policy_opts.set_defaults(CONF)
    opts.register(CONF)


def _parse(argv: list[str], files: Optional[list[str]]) -> None:
    # Source: glance/common/wsgi_app.py init_app, Glance 28 to 33. Without
    # files, oslo.config looks for those of a program of this name.
    CONF(
        argv[1:],
        project='glance',
        prog='glance-api',
        default_config_files=files,
    )


def keep_log() -> None:
    """Log where glance-api.conf says, beside the console."""
    configuration.keep_log(CONF, 'glance')


def reading() -> ContextManager[None]:
    """Say in one sentence that a database does not answer.

    :raises Unanswered: when it does not
    """
    return configuration.answering(
        "Glance's database does not answer",
        'see [database] connection in glance-api.conf; run the command again '
        'when it does.',
    )
