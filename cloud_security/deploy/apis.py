# SPDX-License-Identifier: Apache-2.0
"""Api: all that the commands must know of one service's files, as data.

An API is the part of a service that loads the filter. Nothing here imports a
service, which an image need not have.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import os
import re
import sysconfig
from typing import Optional

_NOTHING: frozenset[str] = frozenset()
_CHECKOUT = os.path.abspath(os.path.join(__file__, '../../../etc/policy.d'))


@dataclasses.dataclass(frozen=True, eq=False)
class Api:
    """One service's API.

    ``key`` is the value of ``--service``, ``things`` the noun for what
    belongs to owners. ``variables`` names the environment variables for the
    folder and the files of its configuration. ``paste_option`` is the option
    in its configuration that names the api-paste.ini. Both are absent where
    the service has none. ``account`` is the user that packages create, and
    ``program`` matches the names of a process that serves the API.

    In api-paste.ini, ``entry`` is the application that the service loads,
    ``routers`` are factories of the API itself, the usual one first, and
    ``factory`` is the filter's. ``url_maps`` holds factories of URL maps,
    each with the paths that it drops. ``pipelines`` are factories that choose
    one of several pipelines.

    ``rules_file`` are our rules below the folder that pip installs, and
    ``packaged`` is where a package has them. ``base_rules`` are the rules in
    that file, ``essential_rules`` those by which it is known under another
    name. ``bridging_rules`` lead to the others and need not ask for the
    filter. ``late_rules`` are those that a supported release lacks.
    """

    key: str
    name: str
    things: str
    folder: str
    conf_file: str
    account: str
    program: re.Pattern[str]
    restart: str

    application: str
    entry: str
    routers: tuple[str, ...]
    factory: str
    url_maps: Mapping[str, frozenset[str]]
    pipelines: frozenset[str]

    rules_file: str
    packaged: str
    base_rules: frozenset[str]
    essential_rules: frozenset[str]
    bridging_rules: frozenset[str] = _NOTHING
    late_rules: frozenset[str] = _NOTHING

    variables: Optional[tuple[str, str]] = None
    paste_option: Optional[str] = None

    def files(self) -> list[str]:
        """Return the files that the API reads, api-paste.ini first.

        Source: nova/api/openstack/wsgi_app.py _get_config_files, Nova 29 to
        34; cinder/wsgi/wsgi.py, Cinder 24 to 29, which reads no variables.
        """
        folder, names = self.folder, ''
        if self.variables:
            folder = os.environ.get(self.variables[0], folder).strip()
            names = os.environ.get(self.variables[1], '')
        names = names or f'api-paste.ini;{self.conf_file}'
        return [os.path.join(folder, name) for name in names.split(';')]

    @property
    def thing(self) -> str:
        """The noun for one thing that belongs to an owner."""
        return self.things[:-1]

    @property
    def default_paste(self) -> str:
        """The api-paste.ini, where nothing names another."""
        return os.path.join(self.folder, 'api-paste.ini')

    @property
    def link(self) -> str:
        """The name of our rules in the service's policy.d."""
        return os.path.basename(self.rules_file)

    @property
    def rules(self) -> tuple[str, ...]:
        """The paths of our rules: of a package, of pip and of a checkout."""
        shared = sysconfig.get_path('data')
        folder = os.path.join(shared, 'share/cloud_security/policy.d')
        return (
            self.packaged,
            os.path.join(folder, self.rules_file),
            os.path.join(_CHECKOUT, self.rules_file),
        )

    @property
    def rule_endings(self) -> tuple[str, ...]:
        """Ends of those paths, wherever they were when a link was made."""
        return self.packaged, f'/policy.d/{self.rules_file}'


_URL_MAPS = {
    'egg:paste#urlmap': _NOTHING,
    'paste.urlmap:urlmap_factory': _NOTHING,
}

NOVA = Api(
    key='compute',
    name='Nova',
    things='servers',
    folder='/etc/nova',
    conf_file='nova.conf',
    variables=('OS_NOVA_CONFIG_DIR', 'OS_NOVA_CONFIG_FILES'),
    account='nova',
    program=re.compile(r'nova[-_]api[\w-]*|nova\.wsgi(\.\w+)*'),
    restart="Restart Nova's API on this host, and nothing else: httpd, uwsgi "
    'or openstack-nova-api, whichever runs it.',
    application='compute API',
    entry='osapi_compute',
    # The class stands in one module of Nova and is imported into the other.
    routers=(
        'nova.api.openstack.compute:APIRouterV21.factory',
        'nova.api.openstack.compute.routes:APIRouterV21.factory',
    ),
    factory='cloud_security.compute.middleware:factory',
    url_maps={
        **_URL_MAPS,
        'nova.api.openstack.urlmap:urlmap_factory': _NOTHING,
    },
    pipelines=frozenset({'nova.api.auth:pipeline_factory_v21'}),
    rules_file='50-cloud-security.yaml',
    packaged='/etc/cloud-security/policy.yaml',
    base_rules=frozenset(
        {
            'admin_or_owner',
            'project_manager_api',
            'project_member_api',
            'project_member_or_admin',
            'project_reader_api',
            'project_reader_or_admin',
        }
    ),
    essential_rules=frozenset({'project_member_api', 'project_reader_api'}),
    bridging_rules=frozenset(
        {'project_member_or_admin', 'project_reader_or_admin'}
    ),
    # Nova up to 31 has not got it.
    late_rules=frozenset({'project_manager_api'}),
)

#: Rules of Cinder's whose old ones let everybody in.
_OPEN_OF_OLD = frozenset(
    {
        'backup:create',
        'group:create',
        'group:create_group_snapshot',
        'snapshot_extension:snapshot_actions:update_snapshot_status',
        'volume:accept_transfer',
        'volume:attachment_create',
        'volume:create',
        'volume:create_from_image',
    }
)
CINDER = Api(
    key='volume',
    name='Cinder',
    things='volumes',
    folder='/etc/cinder',
    conf_file='cinder.conf',
    paste_option='api_paste_config',
    account='cinder',
    program=re.compile(r'cinder[-_](api|wsgi)[\w-]*|cinder\.wsgi(\.\w+)*'),
    restart="Restart Cinder's API on this host, and nothing else: httpd, "
    'uwsgi or openstack-cinder-api, whichever runs it.',
    application='volume API',
    entry='osapi_volume',
    routers=('cinder.api.v3.router:APIRouter.factory',),
    factory='cloud_security.volume.middleware:factory',
    url_maps={
        **_URL_MAPS,
        'cinder.api.urlmap:urlmap_factory': _NOTHING,
        # Source: cinder/api/__init__.py, Cinder 24 to 29.
        'cinder.api:root_app_factory': frozenset({'/v1', '/v2'}),
    },
    pipelines=frozenset({'cinder.api.middleware.auth:pipeline_factory'}),
    rules_file='cinder/50-cloud-security.yaml',
    # rpm removes files in the reverse order of their names, and the link must
    # go before the rules that it leads to.
    packaged='/etc/cinder/cloud-security/policy.yaml',
    base_rules=frozenset(
        {
            'admin_or_owner',
            'xena_system_admin_or_project_member',
            'xena_system_admin_or_project_reader',
            *_OPEN_OF_OLD,
        }
    ),
    bridging_rules=_OPEN_OF_OLD,
    essential_rules=frozenset(
        {
            'xena_system_admin_or_project_member',
            'xena_system_admin_or_project_reader',
        }
    ),
)

#: ``{value of --service: the API}``, in the order in which commands go.
ALL = {api.key: api for api in (NOVA, CINDER)}
