# SPDX-License-Identifier: Apache-2.0
"""Viewer: the user whose rows a context of Neutron's may read.

Neutron elevates a context where it must see the rows of everybody: for quota,
addresses and checks of what is in use. An elevated context is a copy of the
caller's, and has the decision that is kept there. So this module asks
``is_admin`` first, or an elevated context would stay restricted. Therefore no
policy can isolate Neutron's admins.
Source: neutron_lib/context.py, neutron-lib 3.11 to 5.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import contextvars
import dataclasses
from typing import Any
from typing import Optional

from neutron import policy
from oslo_config import cfg

from cloud_security.network import routed
from cloud_security.policy import decision as decisions
from cloud_security.policy import enforcer
from cloud_security.wsgi import service_tokens

#: Attributes that this module writes on Neutron's contexts.
_DECIDED = '_cloud_security_decided'
_OPEN = '_cloud_security_open'
_NEW_IDS = '_cloud_security_new_ids'
_BOUND = '_cloud_security_bound'

_proving: contextvars.ContextVar[bool] = contextvars.ContextVar(
    'cloud_security_proving', default=False
)


@dataclasses.dataclass(frozen=True)
class Viewer:
    """A caller who sees own rows, and those of the project.

    ``user_id`` is '' for a caller without one, who owns nothing.
    ``sees_bound_ports`` is true where Nova's service token is beside the
    user's: Nova has then checked that the user may use the server. It is false
    in a request for one port, whose ID the user may have chosen; there
    ``server_ports.py`` asks Nova.
    ``new_ids`` are those of security groups that this request makes, or that
    are on a port which it changes.
    """

    user_id: str
    project_id: str
    sees_bound_ports: bool = False
    new_ids: frozenset[str] = frozenset()


def _enforcer() -> Any:
    policy.init()
    # Neutron has no public way to its enforcer but one for command lines,
    # which parses arguments; starting.py checks at start that this is there.
    return policy._ENFORCER


RULES = enforcer.RulesInForce(_enforcer)


def isolated(context: Any) -> Optional[Viewer]:
    """Return the viewer whose rows a context reads, None for everybody's.

    In the modes monitor and off, all contexts read everybody's rows.

    :raises ScopeError: when the rules cannot decide
    """
    if cfg.CONF.cloud_security.mode != 'enforce' and not _proving.get():
        return None
    return would_be_isolated(context)


def would_be_isolated(context: Any) -> Optional[Viewer]:
    """Return the viewer as enforce has it, whatever the mode is.

    :raises ScopeError: when the rules cannot decide
    """
    if has_global_access(context) or _is_open(context):
        return None
    if not context.user_id:
        # Neutron makes such contexts for one question about a project.
        return Viewer('', context.project_id or '')
    decision = decide(context)
    if decision.scope.is_everybody:
        return None
    return Viewer(
        decision.scope.owner_id,
        decision.scope.project_id,
        _sees_bound_ports(context),
        frozenset(getattr(context, _NEW_IDS, ())),
    )


def has_global_access(context: Any) -> bool:
    """Tell whether Neutron itself shows all rows to a context.

    neutron-lib before 3.20 has no global access but that of admins.
    """
    return bool(
        context.is_admin or getattr(context, 'has_global_access', False)
    )


def overrides(context: Any) -> bool:
    """Tell whether only a role lets a caller act on the things of others.

    Users of services act for their callers: Nova binds each port by itself.

    :param context: of a caller who is not isolated
    :raises ScopeError: when the rules cannot decide
    """
    if service_tokens.has_role(context.roles):
        return False
    return has_global_access(context) or decide(context).overrides


def decide(context: Any) -> decisions.Decision:
    """Return the decision about the request of a context, made once.

    Neutron changes ``project_id`` of a context in place for a while, so that
    the decision keeps the project and is bound to user and roles.

    :raises ScopeError: when the rules cannot decide
    """
    key = context.user_id, tuple(context.roles or ())
    remembered = getattr(context, _DECIDED, None)
    if remembered is None or remembered[0] != key:
        made = decisions.decide(
            RULES.read(), context, routed.operation(context)
        )
        remembered = key, made
        setattr(context, _DECIDED, remembered)
    decision: decisions.Decision = remembered[1]
    return decision


def _sees_bound_ports(context: Any) -> bool:
    if not service_tokens.is_beside(context):
        return False
    operation = routed.operation(context)
    is_show = (
        operation is not None
        and operation.is_read
        and operation.resource_id is not None
    )
    return not is_show or bool(getattr(context, _BOUND, False))


@contextlib.contextmanager
def seeing_bound_ports(context: Any) -> Iterator[None]:
    """Let a context read ports on servers, for one that Nova has checked."""
    setattr(context, _BOUND, True)
    try:
        yield
    finally:
        setattr(context, _BOUND, False)


@contextlib.contextmanager
def enforcing() -> Iterator[None]:
    """Restrict statements in each mode, to prove that it works."""
    token = _proving.set(True)
    try:
        yield
    finally:
        _proving.reset(token)


@contextlib.contextmanager
def seeing_everybodys(context: Any) -> Iterator[None]:
    """Let a context read everybody's rows, for a question of Neutron's own."""
    before = _is_open(context)
    setattr(context, _OPEN, True)
    try:
        yield
    finally:
        setattr(context, _OPEN, before)


def _is_open(context: Any) -> bool:
    return bool(getattr(context, _OPEN, False))


def announce(context: Any, resource_id: str) -> None:
    """Let a context read a row that it makes, before the row has an owner."""
    new_ids = {*getattr(context, _NEW_IDS, ()), resource_id}
    setattr(context, _NEW_IDS, new_ids)


@contextlib.contextmanager
def seeing_groups(context: Any, group_ids: Iterable[str]) -> Iterator[None]:
    """Let a context read some security groups, for a port that has them."""
    before = getattr(context, _NEW_IDS, ())
    setattr(context, _NEW_IDS, {*before, *group_ids})
    try:
        yield
    finally:
        setattr(context, _NEW_IDS, before)
