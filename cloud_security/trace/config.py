# SPDX-License-Identifier: Apache-2.0
"""Neutron's configuration, read without Neutron's code.

Commands of the history need Neutron's database alone.
"""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import os
from typing import Any
from typing import Optional

from oslo_config import cfg
from oslo_log import log as oslo_log

from cloud_security.deploy import apis
from cloud_security.deploy import configuration
from cloud_security.deploy import plugin_sources
from cloud_security.deploy import plugin_tables
from cloud_security.trace import opts

Unknown = plugin_tables.Unknown


def load(parsed_args: Any) -> cfg.ConfigOpts:
    """Return neutron.conf, and what Neutron's API reads beside it.

    :param parsed_args: with lists config_file and config_dir
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    conf = cfg.ConfigOpts()
    oslo_log.register_options(conf)
    register(conf)

    def parse(argv: list[str], files: Optional[list[str]]) -> None:
        found = plugin_sources.Sources((), apis.TRACE, os.path.abspath)
        conf(
            argv[1:],
            project=apis.TRACE.account,
            default_config_files=[*filter(os.path.isfile, found.files())],
            default_config_dirs=[],
        )

    argv = configuration.arguments(parsed_args)
    configuration.read(apis.TRACE, conf, argv, parse)
    return conf


def register(conf: cfg.ConfigOpts) -> None:
    """Register the options that are read here, also after others."""
    opts.register(conf)
    for option, group in (
        (cfg.ListOpt(apis.TRACE.option, default=[]), None),
        (cfg.StrOpt('connection', secret=True), 'database'),
    ):
        # Neutron's own may be there already, with other words.
        with contextlib.suppress(cfg.DuplicateOptError):
            conf.register_opt(option, group)


def is_enabled(conf: Any) -> bool:
    """Tell whether the list of plugins that counts names ours."""
    names = {apis.TRACE.plugin, *apis.TRACE.others}
    return not names.isdisjoint(conf[apis.TRACE.option])


@contextlib.contextmanager
def engine(conf: Any) -> Iterator[Any]:
    """Yield SQLAlchemy's engine of Neutron's database.

    :raises Unknown: when the database does not answer
    """
    url = conf.database.connection
    if not url:
        raise Unknown(
            'neutron.conf has no [database] connection: name the file that '
            'has it with --config-file'
        )
    with plugin_tables.engine(url) as found:
        yield found
