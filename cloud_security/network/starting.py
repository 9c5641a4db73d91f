# SPDX-License-Identifier: Apache-2.0
"""Checks when Neutron loads the plugin: start safe or not at all.

An exception here keeps Neutron from starting.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any

from neutron import policy
from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from neutron_lib.db import model_query
from oslo_config import cfg
from oslo_log import log as logging

from cloud_security import releases
from cloud_security.audit import log_guard
from cloud_security.deploy import apis
from cloud_security.deploy import plugin_tables
from cloud_security.network import cascades
from cloud_security.network import dependents
from cloud_security.network import device_ids
from cloud_security.network import group_rules
from cloud_security.network import hooks
from cloud_security.network import in_use
from cloud_security.network import models
from cloud_security.network import parents
from cloud_security.network import rbac_policies
from cloud_security.network import recording
from cloud_security.network import routed
from cloud_security.network import server_ports
from cloud_security.network import stamping
from cloud_security.network import tags
from cloud_security.network import taken_along
from cloud_security.network import viewer as viewers
from cloud_security.network import whole_project
from cloud_security.policy import checks
from cloud_security.wsgi import safe_start

LOG = logging.getLogger(__name__)

#: What each restricted statement names.
_PROOF = 'cloud_security_'

UnsafeStart = safe_start.UnsafeStart


def start() -> None:
    """Check, and restrict what Neutron reads for isolated callers.

    :raises UnsafeStart: when the plugin could not protect
    """
    mode = safe_start.mode(cfg.CONF, apis.NEUTRON.conf_file)
    log_guard.install()
    warning = releases.warning(release(), 'Neutron')
    if warning:
        LOG.warning(warning)
    if not hasattr(policy, '_ENFORCER'):
        raise _unknown('neutron.policy._ENFORCER')
    safe_start.check_rules(apis.NEUTRON.name, viewers.RULES)
    _check_tables()
    # In each mode: what is made now has an owner when it is enforced.
    stamping.subscribe()
    if mode == 'off':
        safe_start.warn_of_off(LOG, apis.NEUTRON.things)
    else:
        _restrict()
        safe_start.announce(LOG, mode, apis.NEUTRON.name, release())
    checks.answer('enforced', is_enforced)


def release() -> str:
    """Return the release of Neutron that runs, such as 29.0.0."""
    return metadata.version('neutron')


def is_enforced(target: Any, creds: Any) -> bool:
    """Tell whether isolation holds in this process, for ``isolation:``.

    Mode off is a choice, in which members are not refused.
    """
    return cfg.CONF.cloud_security.mode == 'off' or not hooks.unresolved()


def _check_tables() -> None:
    """Refuse a database without our tables.

    :raises UnsafeStart: when one is missing or not as this release has it
    """
    context = contexts.get_admin_context()
    with db_api.CONTEXT_READER.using(context):
        fault = plugin_tables.unfit(
            context.session.connection(),
            (
                owner.__table__  # type: ignore[attr-defined]
                for owner in models.OWNERS.values()
            ),
        )
    if fault:
        raise UnsafeStart(fault)


def _restrict() -> None:
    """Register the hooks, adapt Neutron, and prove that statements change.

    :raises UnsafeStart: when one does not
    """
    try:
        routed.remember_environs()
        hooks.register()
        whole_project.see_everybodys()
        group_rules.restrict()
        parents.restrict()
        in_use.look_first()
        taken_along.restrict()
        cascades.restrict()
        dependents.restrict()
        server_ports.restrict()
        device_ids.restrict()
        rbac_policies.restrict()
        tags.restrict()
        recording.write_records()
    except AttributeError as error:
        raise _unknown(str(error)) from error
    lost = hooks.unresolved() or _unproven()
    if lost:
        raise UnsafeStart(
            f'Neutron does not ask cloud_security about {", ".join(lost)}: '
            'install a release of cloud_security that was tested with '
            f'Neutron {release()}, or set [cloud_security] mode = off.'
        )


def _unproven() -> list[str]:
    """Return the names of models whose statements stay as they were."""
    nobody = contexts.Context(
        user_id=None, project_id='nobody', is_admin=False, overwrite=False
    )
    unproven = []
    with db_api.CONTEXT_READER.using(nobody):
        for model in hooks.HOOKS:
            with viewers.enforcing():
                query = model_query.query_with_hooks(nobody, model)
            if _PROOF not in str(query.statement.whereclause):
                unproven.append(model.__name__)
    return unproven


def _unknown(what: str) -> UnsafeStart:
    """Return what to say of a Neutron that lacks what the plugin needs."""
    return UnsafeStart(
        f'This Neutron is not as cloud_security knows it ({what}): install a '
        'release of cloud_security that was tested with Neutron '
        f'{release()}, or set [cloud_security] mode = off.'
    )
