# SPDX-License-Identifier: Apache-2.0
"""Checks when the filter is loaded: start safe or not at all.

An exception here keeps the service's API from starting.
"""

from __future__ import annotations

import functools
from typing import Any

from oslo_db.sqlalchemy import orm as oslo_db_orm
from oslo_log import log as logging
import sqlalchemy as sa

from cloud_security.audit import log_guard
from cloud_security.visibility import criteria
from cloud_security.visibility import proof
from cloud_security.wsgi import monitor
from cloud_security.wsgi import safe_start
from cloud_security.wsgi import service as services

LOG = logging.getLogger(__name__)


UnsafeStart = safe_start.UnsafeStart


def mode(service: services.Service, local_conf: dict[str, str]) -> str:
    """Return ``[cloud_security] mode``.

    :param local_conf: options of the filter's section of api-paste.ini
    :raises UnsafeStart: when the options make no sense
    """
    if local_conf:
        raise UnsafeStart(
            f'[filter:user_isolation] in api-paste.ini takes no options, but '
            f'has {", ".join(sorted(local_conf))}: move them to '
            f'[cloud_security] in {service.conf_file}.'
        )
    return safe_start.mode(service.conf, service.conf_file)


def check(service: services.Service, application: Any, chosen: str) -> None:
    """Install the listener, and prove that it restricts statements.

    :param application: the one that follows the filter in the pipeline
    :param chosen: the mode
    :raises UnsafeStart: when the filter could not protect
    """
    if not isinstance(application, service.application_class):
        raise UnsafeStart(
            f'user_isolation must stand directly before '
            f'{service.application_name} in every pipeline of api-paste.ini '
            'that ends there; what follows it is '
            f'{type(application).__name__}. Move it to that place.'
        )
    log_guard.install()
    if chosen == 'off':
        safe_start.warn_of_off(LOG, service.things)
        return
    warning = service.release_warning()
    if warning:
        LOG.warning(warning)
    safe_start.check_rules(service.name, service.rules)
    audit = service.conf.cloud_security.audit
    install(service).watch(monitor.watched(service, chosen, audit))
    _announce(service, chosen)


# Once a process, which loads a filter for each pipeline.
@functools.lru_cache(maxsize=None)
def _announce(service: services.Service, chosen: str) -> None:
    """Log that isolation is on, or what else the mode does."""
    safe_start.announce(LOG, chosen, service.name, service.release())


def install(service: services.Service) -> criteria.Criteria:
    """Restrict the statements of this process, and prove that it works.

    :raises UnsafeStart: when it does not
    """
    installed = _criteria(service)
    installed.install()
    _prove(installed)
    try:
        service.prepare()
    except AttributeError as error:
        raise _unknown(service, error) from error
    return installed


@functools.lru_cache(maxsize=None)
def _criteria(service: services.Service) -> criteria.Criteria:
    try:
        return criteria.Criteria(service.owned(), service.is_shared)
    except (AttributeError, KeyError) as error:
        raise _unknown(service, error) from error


def _unknown(service: services.Service, error: Exception) -> UnsafeStart:
    """Return what to say of a release that lacks what the filter needs."""
    return UnsafeStart(
        f'This {service.name} has not the models that cloud_security '
        f'filters ({error}): install a release of cloud_security that was '
        f'tested with {service.name} {service.release()}, or set '
        '[cloud_security] mode = off.'
    )


def _prove(installed: criteria.Criteria) -> None:
    """Prove on each owned model that its statements are restricted.

    :raises UnsafeStart: when they are not
    """
    # OpenStack's services get sessions of this class from oslo.db.
    for model in proof.unproven(installed, oslo_db_orm.Session()):
        raise UnsafeStart(
            f'Statements on {model.__name__} are not filtered with '
            f'SQLAlchemy {sa.__version__}: install the SQLAlchemy of your '
            f'OpenStack release, or set [cloud_security] mode = off.'
        )
