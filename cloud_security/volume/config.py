# SPDX-License-Identifier: Apache-2.0
"""Cinder's own configuration, for commands that read Cinder's database."""

from __future__ import annotations

from typing import Any
from typing import ContextManager
from typing import Optional

from cinder import service_auth as _service_auth  # noqa: F401 registers too
from cinder import version
from cinder.common import config as _config  # noqa: F401 registers options
from oslo_config import cfg
from oslo_policy import opts as policy_opts
from oslo_service import wsgi

from cloud_security import opts
from cloud_security.deploy import apis
from cloud_security.deploy import configuration

CONF = cfg.CONF


def load(parsed_args: Any) -> None:
    """Read cinder.conf as Cinder's API does.

    :param parsed_args: with lists config_file and config_dir
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    parse(configuration.arguments(parsed_args))


def parse(argv: list[str]) -> None:
    """Read cinder.conf, and get ready for Cinder's database.

    :param argv: as in sys.argv, with oslo.config's arguments
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    # api_paste_config, which Cinder registers when its API starts.
    wsgi.register_opts(CONF)
    configuration.read(apis.CINDER, CONF, argv, _parse)
    policy_opts.set_defaults(CONF)
    opts.register(CONF)


def _parse(argv: list[str], files: Optional[list[str]]) -> None:
    # Source: cinder/wsgi/wsgi.py initialize_application, Cinder 24 to 29.
    CONF(
        argv[1:],
        project='cinder',
        version=version.version_string(),
        default_config_files=files,
    )


def keep_log() -> None:
    """Log where cinder.conf says, beside the console."""
    configuration.keep_log(CONF, 'cinder')


def reading() -> ContextManager[None]:
    """Say in one sentence that a database does not answer.

    :raises Unanswered: when it does not
    """
    return configuration.answering(
        "Cinder's database does not answer",
        'see [database] connection in cinder.conf; run the command again '
        'when it does.',
    )
