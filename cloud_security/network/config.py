# SPDX-License-Identifier: Apache-2.0
"""Neutron's own configuration, for commands that read Neutron's database."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
from typing import Any
from typing import Optional

from neutron.common import config as _config
from oslo_config import cfg

from cloud_security import opts
from cloud_security.deploy import apis
from cloud_security.deploy import configuration
from cloud_security.network import database

CONF = cfg.CONF


class Unisolated(Exception):
    """Neutron keeps no owners; the message says what to do."""


def load(parsed_args: Any) -> None:
    """Read neutron.conf as Neutron does.

    :param parsed_args: with lists config_file and config_dir
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    parse(configuration.arguments(parsed_args))


def parse(argv: list[str]) -> None:
    """Read neutron.conf, and get ready for Neutron's database.

    :param argv: as in sys.argv, with oslo.config's arguments
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    _config.register_common_config_options()
    configuration.read(apis.NEUTRON, CONF, argv, _parse)
    opts.register(CONF)


def _parse(argv: list[str], files: Optional[list[str]]) -> None:
    CONF(argv[1:], project='neutron', default_config_files=files)


def keep_log() -> None:
    """Log where neutron.conf says, beside the console."""
    configuration.keep_log(CONF, 'neutron')


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Say in one sentence that a database does not answer.

    :raises Unanswered: when it does not
    :raises Unisolated: when it lacks our tables
    """
    with configuration.answering(
        "Neutron's database does not answer",
        'see [database] connection in neutron.conf; run the command again '
        'then.',
    ):
        lacking = database.lacking()
        if lacking:
            raise Unisolated(
                f"Neutron's database has no table {lacking[0]}, so that "
                'nothing in it has an owner: run neutron-db-manage '
                '--subproject cloud_security upgrade heads and cloud-security-'
                'manage network adopt, and this command again then.'
            )
        yield


def check_plugin() -> None:
    """Refuse a configuration that does not load the plugin.

    Without it, what users make has no owner.

    :raises Unisolated: when it does not
    """
    api = apis.NEUTRON
    if {api.plugin, *api.others}.isdisjoint(CONF.service_plugins):
        raise Unisolated(
            f'service_plugins in neutron.conf does not name {api.plugin}, so '
            'that nobody knows whose the ports are: run cloud-security-manage '
            "enable --service network, or name the files of Neutron's API "
            'with --config-file.'
        )
