"""Start safe or not at all.

Whatever the filter relies on is looked at when it is loaded; an exception
here keeps Nova's API from starting.
"""

import functools
from typing import Any
from typing import Dict

from nova import version as nova_version
from nova.api.openstack import compute as nova_compute
from nova.conf import CONF
from oslo_config import cfg
from oslo_db.sqlalchemy import orm as oslo_db_orm
from oslo_log import log as logging
import sqlalchemy as sa
from sqlalchemy import event

from cloud_security import opts
from cloud_security import releases
from cloud_security.compute import models
from cloud_security.compute import process
from cloud_security.visibility import criteria
from cloud_security.visibility import scope as scopes
from cloud_security.wsgi import monitor

LOG = logging.getLogger(__name__)


class UnsafeStart(Exception):
    """The filter could not protect; the message says what to do."""


class _Captured(Exception):
    """Carries a statement instead of executing it."""


def mode(conf: cfg.ConfigOpts, local_conf: Dict[str, str]) -> str:
    """Return ``[cloud_security] mode``.

    :param local_conf: what stands in the filter's section of api-paste.ini
    :raises UnsafeStart: when the options make no sense
    """
    if local_conf:
        raise UnsafeStart(
            f'[filter:user_isolation] in api-paste.ini takes no options, but '
            f'has {", ".join(sorted(local_conf))}: move them to '
            f'[cloud_security] in nova.conf.'
        )
    try:
        opts.register(conf)
        chosen: str = conf.cloud_security.mode
        # It is read later, but complained about now.
        conf.cloud_security.audit
    except (cfg.Error, ValueError) as error:
        raise UnsafeStart(
            f'Mend [cloud_security] in nova.conf: {error}'
        ) from error
    return chosen


def check(application: Any, chosen: str) -> None:
    """Make the filter work, and prove that it does.

    :param application: what stands behind the filter in the pipeline
    :param chosen: the mode
    :raises UnsafeStart: when the filter could not protect
    """
    if not isinstance(application, nova_compute.APIRouterV21):
        raise UnsafeStart(
            'user_isolation must stand directly before osapi_compute_app_v21 '
            'in every pipeline of api-paste.ini that ends there; what follows '
            f'it is {type(application).__name__}. Move it to that place.'
        )
    if chosen == 'off':
        LOG.warning(
            '[cloud_security] mode is off: the members of a project '
            "see and touch each other's servers."
        )
        return
    _warn_about_release()
    install().watch(monitor.watched(chosen, CONF.cloud_security.audit))


def install() -> criteria.Criteria:
    """Restrict the statements of this process, and prove that it works.

    :raises UnsafeStart: when it does not
    """
    installed = _criteria()
    installed.install()
    _prove(installed)
    return installed


@functools.lru_cache(maxsize=None)
def _criteria() -> criteria.Criteria:
    try:
        return criteria.Criteria(models.owned(), process.is_shared)
    except (AttributeError, KeyError) as error:
        raise UnsafeStart(
            f'This Nova has not the models that cloud_security filters '
            f'({error}): install a release of cloud_security that was tested '
            f'with Nova {nova_version.version_string()}, or set '
            f'[cloud_security] mode = off.'
        ) from error


def _prove(installed: criteria.Criteria) -> None:
    """Compile a statement on each owned model under a scope."""
    proof = scopes.Scope(owner_id='proof')
    for model in installed.owned:
        # The class of the sessions that Nova gets from oslo.db.
        session = oslo_db_orm.Session()
        event.listen(session, 'do_orm_execute', _capture)
        with scopes.on_this_thread(proof):
            try:
                session.execute(sa.select(model))
            except _Captured as captured:
                compiled = captured.args[0].compile()
                if proof.owner_id in compiled.params.values():
                    continue
        raise UnsafeStart(
            f'Statements on {model.__name__} are not filtered with '
            f'SQLAlchemy {sa.__version__}: install the SQLAlchemy of your '
            f'OpenStack release, or set [cloud_security] mode = off.'
        )


def _capture(state: Any) -> None:
    raise _Captured(state.statement)


def _warn_about_release() -> None:
    release = nova_version.version_string()
    if not releases.is_supported(release):
        LOG.warning(releases.warning(release))
