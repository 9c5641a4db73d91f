# SPDX-License-Identifier: Apache-2.0
"""Neutron's configuration, read without Neutron's code.

Its options are kept apart from Neutron's own, which register when its code is
imported.
"""

from __future__ import annotations

import os
from typing import Optional

from oslo_config import cfg
from oslo_policy import opts as policy_opts

from cloud_security import opts
from cloud_security.deploy import apis
from cloud_security.deploy import configuration
from cloud_security.deploy import plugin_sources

CONF = cfg.ConfigOpts()


def parse(argv: list[str]) -> None:
    """Read neutron.conf, and what Neutron's API reads beside it.

    :param argv: as in sys.argv, with oslo.config's arguments
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    CONF.register_opt(cfg.ListOpt(apis.NEUTRON.option, default=[]))
    configuration.read(apis.NEUTRON, CONF, argv, _parse)
    # Source: neutron/policy.py, Neutron 24, which oslo.policy 4.5 follows.
    policy_opts.set_defaults(CONF, policy_file='policy.yaml')
    CONF.set_default('enforce_new_defaults', True, 'oslo_policy')
    opts.register(CONF)


def _parse(argv: list[str], files: Optional[list[str]]) -> None:
    sources = plugin_sources.Sources((), apis.NEUTRON, os.path.abspath)
    CONF(
        argv[1:],
        project='neutron',
        default_config_files=[*filter(os.path.isfile, sources.files())],
        default_config_dirs=[],
    )
