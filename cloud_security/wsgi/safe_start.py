# SPDX-License-Identifier: Apache-2.0
"""Checks that each start makes, of a filter and of Neutron's plugin."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from oslo_config import cfg

from cloud_security import opts
from cloud_security.policy import enforcer
from cloud_security.policy import inspection
from cloud_security.policy import rules


class UnsafeStart(Exception):
    """Isolation could not protect; the message says what to do."""


def mode(conf: cfg.ConfigOpts, conf_file: str) -> str:
    """Return ``[cloud_security] mode``.

    :param conf_file: the name of the configuration's file
    :raises UnsafeStart: when the options make no sense
    """
    try:
        opts.register(conf)
        chosen: str = conf.cloud_security.mode
        # Its first reader is a request; complain now.
        conf.cloud_security.audit
    except (cfg.Error, ValueError) as error:
        raise UnsafeStart(
            f'Mend [cloud_security] in {conf_file}: {error}'
        ) from error
    return chosen


def check_rules(name: str, in_force: enforcer.RulesInForce) -> None:
    """Refuse rules of ours that do not mean what was written.

    :param name: the service, for the message
    :raises UnsafeStart: when one does not
    """
    try:
        found = in_force.read()
    except Exception as error:
        raise UnsafeStart(
            f'The policy files of {name} cannot be read: {error}'
        ) from error
    problems = inspection.problems(found, [rule.name for rule in rules.RULES])
    if problems:
        raise UnsafeStart(
            f'Mend the policy files of {name}, or nobody can tell who is '
            f'isolated: {"; ".join(problems)}.'
        )


def warn_of_off(log: Any, things: str) -> None:
    """Log that nobody is isolated.

    :param things: what belongs to owners, such as ``servers``
    """
    log.warning(
        '[cloud_security] mode is off: the members of a project see and touch '
        "each other's %s.",
        things,
    )


def announce(log: Any, chosen: str, name: str, release: str) -> None:
    """Log that isolation is on, or that nothing is hidden yet.

    :param chosen: the mode, which is not off
    :param release: of the service
    """
    try:
        own = metadata.version('cloud_security')
    except metadata.PackageNotFoundError:
        own = '(not installed)'
    log.info(
        'cloud_security %s: %s (mode %s, %s %s)',
        own,
        'isolation is on' if chosen == 'enforce' else 'nothing is hidden',
        chosen,
        name,
        release,
    )
