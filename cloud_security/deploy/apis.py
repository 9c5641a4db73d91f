# SPDX-License-Identifier: Apache-2.0
"""The APIs of Nova, Cinder, Glance and Neutron, as data."""

from __future__ import annotations

import dataclasses
import re

from cloud_security.deploy import api
from cloud_security.deploy import neutron_rules

Api = api.Api
PluginApi = api.PluginApi

_ALL_PATHS: frozenset[str] = frozenset()
_URL_MAPS = {
    'egg:paste#urlmap': _ALL_PATHS,
    'paste.urlmap:urlmap_factory': _ALL_PATHS,
}

NOVA = api.Api(
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
        'nova.api.openstack.urlmap:urlmap_factory': _ALL_PATHS,
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
CINDER = api.Api(
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
        'cinder.api.urlmap:urlmap_factory': _ALL_PATHS,
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

_LATE_IN_GLANCE = frozenset({'add_image_location', 'download_from_store'})
GLANCE = api.Api(
    key='image',
    name='Glance',
    things='images',
    folder='/etc/glance',
    conf_file='glance-api.conf',
    variables=('OS_GLANCE_CONFIG_DIR',),
    paste_file='glance-api-paste.ini',
    paste_option='config_file',
    paste_group='paste_deploy',
    account='glance',
    program=re.compile(
        r'glance[-_](api|u?wsgi)[\w-]*|glance\.(wsgi(\.\w+)*|ini)'
    ),
    restart="Restart Glance's API on this host, and nothing else: httpd, "
    'uwsgi or openstack-glance-api, whichever runs it.',
    application='image API',
    entry='glance-api',
    has_flavors=True,
    routers=('glance.api.v2.router:API.factory',),
    factory='cloud_security.image.middleware:factory',
    url_maps={**_URL_MAPS, 'glance.api:root_app_factory': _ALL_PATHS},
    is_mapped=True,
    pipelines=frozenset({'glance.api:pipeline_factory'}),
    behind=frozenset(
        {
            'glance.api.middleware.cache:CacheFilter.factory',
            'glance.api.middleware.cache_manage:CacheManageFilter.factory',
        }
    ),
    rules_file='glance/50-cloud-security.yaml',
    packaged='/etc/glance/cloud-security/policy.yaml',
    # Glance's rules refer to no base rules.
    base_rules=frozenset(
        {
            *_LATE_IN_GLANCE,
            'add_image',
            'add_member',
            'communitize_image',
            'deactivate',
            'delete_image',
            'delete_member',
            'download_image',
            'get_image',
            'get_image_location',
            'get_images',
            'get_member',
            'get_members',
            'modify_image',
            'modify_member',
            'reactivate',
            'set_image_location',
            'upload_image',
        }
    ),
    late_rules=_LATE_IN_GLANCE,
    essential_rules=frozenset({'download_image', 'get_image', 'get_images'}),
)

NEUTRON = api.PluginApi(
    key='network',
    name='Neutron',
    things='ports',
    folder='/etc/neutron',
    conf_file='neutron.conf',
    variables=('OS_NEUTRON_CONFIG_DIR', 'OS_NEUTRON_CONFIG_FILES'),
    account='neutron',
    program=re.compile(
        r'neutron[-_](server|api|rpc[-_]server|periodic[-_]workers)[\w-]*'
        r'|neutron\.(wsgi(\.\w+)*|ini)'
    ),
    restart="Restart Neutron's API on this host, and what else loads plugins "
    'here: neutron-server, or httpd or uwsgi with neutron-rpc-server and '
    'neutron-periodic-workers.',
    tables='Let the tables exist first, once for all hosts: run '
    'neutron-db-manage --subproject cloud_security upgrade heads.',
    plugin='user_isolation',
    others=('cloud_security.network.plugin.UserIsolationPlugin',),
    companions=(
        'cloud_security_trace',
        'cloud_security.trace.plugin.TracePlugin',
    ),
    option='service_plugins',
    further=('plugins/ml2/ml2_conf.ini',),
    # oslo.config looks into the first ones, and RDO's units name the others.
    folders=(
        'neutron.conf.d',
        'neutron-server.conf.d',
        'neutron-api.conf.d',
        'conf.d/common',
        'conf.d/neutron-server',
    ),
    delivered=(
        '/usr/share/neutron/neutron-dist.conf',
        '/usr/share/neutron/server',
    ),
    marks=(
        '/etc/neutron/api-paste.ini',
        '/usr/share/neutron/api-paste.ini',
    ),
    rules_file='neutron/50-cloud-security.yaml',
    packaged='/etc/neutron/cloud-security/policy.yaml',
    base_rules=neutron_rules.DROPPED_IN,
    late_rules=neutron_rules.LATE,
    # Source: neutron_lib/context.py, neutron-lib 3.11 to 5.0.
    unrestricted=('context_is_admin', 'context_with_global_access'),
    essential_rules=frozenset({'get_port', 'get_security_group'}),
)

#: The same API, with the plugin that keeps the history of IP addresses.
TRACE = dataclasses.replace(
    NEUTRON,
    plugin=NEUTRON.companions[0],
    others=NEUTRON.companions[1:],
    companions=(NEUTRON.plugin, *NEUTRON.others),
)

#: ``{value of --service: the API}``, in the order in which commands go.
ALL = {one.key: one for one in (NOVA, CINDER, GLANCE, NEUTRON)}
