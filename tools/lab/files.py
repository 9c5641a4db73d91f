# SPDX-License-Identifier: Apache-2.0
"""Configuration of the lab's services, as a deployment's would be.

It is written when the lab comes up, and later is the operator's: the
commands under test edit it.
"""

import os
import shutil

import settings

HOST = settings.HOST
PORTS = settings.PORTS
STATE = settings.STATE
ETC = settings.ETC

#: api: (module of the WSGI application, processes, threads)
_APIS = {
    'keystone': ('keystone.wsgi.api:application', 2, 4),
    'placement': ('placement.wsgi.api:application', 1, 4),
    'glance': ('glance.wsgi.api:application', 1, 6),
    'neutron': ('neutron.wsgi.api:application', 2, 4),
    'nova': ('nova.wsgi.osapi_compute:application', 2, 6),
    'cinder': ('cinder.wsgi.api:application', 1, 6),
    'heat': ('heat.wsgi.api:application', 1, 4),
}


def write():
    """Write all files that are not there yet."""
    ETC.mkdir(exist_ok=True)
    ETC.chmod(0o755)
    _write('mariadb.cnf', _mariadb(), 0o644)
    _write('rabbitmq.conf', _rabbitmq())
    for name, (module, processes, threads) in _APIS.items():
        _write(f'uwsgi/{name}.ini', _uwsgi(name, module, processes, threads))
    _write('keystone/keystone.conf', _keystone())
    _write('placement/placement.conf', _placement())
    for service, *names in (
        ('nova', 'api-paste.ini'),
        ('cinder', 'api-paste.ini', 'resource_filters.json'),
        ('glance', 'glance-api-paste.ini'),
        ('neutron', 'api-paste.ini'),
    ):
        for name in names:
            _copy(settings.VENV / 'etc' / service / name, f'{service}/{name}')
        (ETC / service / 'policy.d').mkdir(exist_ok=True)
    _write('glance/glance-api.conf', _glance())
    _write('neutron/neutron.conf', _neutron())
    _write('neutron/ml2_conf.ini', _ml2())
    _write('cinder/cinder.conf', _cinder())
    _write('heat/heat.conf', _heat())
    _write(
        'nova/nova.conf',
        _nova(STATE / 'nova', 'nova')
        + _section('api_database', connection=database('nova_api'))
        + _section('database', connection=database('nova_cell0')),
    )
    _write(
        'nova/cell1.conf',
        _nova(STATE / 'nova', 'nova_cell1')
        + _section('database', connection=database('nova_cell1')),
    )
    # Computes reach no database.
    for name in settings.COMPUTES:
        state = STATE / 'nova' / name
        (state / 'instances').mkdir(parents=True, exist_ok=True)
        _write(f'nova/{name}.conf', _nova(state, 'nova_cell1', name))
    for name in ('glance/images', 'glance/staging', 'glance/tasks', 'cinder'):
        (STATE / name).mkdir(parents=True, exist_ok=True)
    for name in ('neutron', 'lock'):
        (STATE / name).mkdir(exist_ok=True)
    for name in ('admin', *settings.USERS):
        _openrc(name)
    _clouds()


def database(name):
    """Return the URL of a database of the lab."""
    password = settings.passwords()['database']
    return (
        f'mysql+pymysql://lab:{password}@{HOST}:{PORTS["mariadb"]}/{name}'
        '?charset=utf8mb4'
    )


def queue(name):
    """Return the URL of a virtual host of RabbitMQ."""
    password = settings.passwords()['queue']
    return f'rabbit://lab:{password}@{HOST}:{PORTS["rabbitmq"]}/{name}'


def _write(name, text, mode=0o600):
    path = ETC / name
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.write_text(text)
        path.chmod(mode)


def _copy(source, name):
    path = ETC / name
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        shutil.copyfile(source, path)


def _section(name, **options):
    lines = [f'{key} = {value}\n' for key, value in options.items()]
    return f'[{name}]\n' + ''.join(lines) + '\n'


def _account(user):
    """Return the options with which a service asks Keystone."""
    return {
        'auth_url': settings.url('keystone'),
        'auth_type': 'password',
        'username': user,
        'password': settings.passwords()['service'],
        'project_name': 'service',
        'user_domain_name': 'Default',
        'project_domain_name': 'Default',
        'region_name': 'RegionOne',
    }


def _authtoken(user):
    return _section(
        'keystone_authtoken',
        www_authenticate_uri=settings.url('keystone'),
        memcached_servers=f'{HOST}:{PORTS["memcached"]}',
        service_token_roles='service',
        service_token_roles_required='true',
        **_account(user),
    )


def _service_user(user):
    return _section(
        'service_user', send_service_user_token='true', **_account(user)
    )


def _cache():
    return _section(
        'cache',
        enabled='true',
        backend='dogpile.cache.pymemcache',
        memcache_servers=f'{HOST}:{PORTS["memcached"]}',
    )


def _locks():
    return _section('oslo_concurrency', lock_path=STATE / 'lock')


def _mariadb():
    return _section(
        'mysqld',
        user='mysql',
        datadir=STATE / 'mariadb',
        socket=settings.RUN / 'mariadb.sock',
        pid_file=STATE / 'mariadb/own.pid',
        bind_address=HOST,
        port=PORTS['mariadb'],
        skip_name_resolve='on',
        max_connections=1000,
        innodb_buffer_pool_size='512M',
        innodb_flush_log_at_trx_commit=2,
        character_set_server='utf8mb4',
    )


def _rabbitmq():
    return (
        f'listeners.tcp.default = {HOST}:{PORTS["rabbitmq"]}\n'
        'vm_memory_high_watermark.absolute = 1GB\n'
        'disk_free_limit.absolute = 200MB\n'
        'log.console = true\n'
        'log.console.level = warning\n'
    )


def _uwsgi(name, module, processes, threads):
    arguments = {}
    if name in ('cinder', 'heat'):
        arguments = {'pyargv': f'--config-file {ETC}/{name}/{name}.conf'}
    return _section(
        'uwsgi',
        **{
            'http-socket': f'{HOST}:{PORTS[name]}',
            'module': module,
            'processes': processes,
            'threads': threads,
            'master': 'true',
            'enable-threads': 'true',
            'lazy-apps': 'true',
            'need-app': 'true',
            'die-on-term': 'true',
            'thunder-lock': 'true',
            'buffer-size': 65535,
            'worker-reload-mercy': 20,
            'add-header': 'Connection: close',
            'log-format': '%(method) %(uri) %(status) %(msecs)ms',
        },
        **arguments,
    )


def _keystone():
    return (
        _section('DEFAULT', transport_url=queue('keystone'))
        + _section('database', connection=database('keystone'))
        + _cache()
        + _section('token', provider='fernet', expiration=14400)
        + _section(
            'fernet_tokens', key_repository=ETC / 'keystone/fernet-keys'
        )
        + _section(
            'credential', key_repository=ETC / 'keystone/credential-keys'
        )
    )


def _placement():
    return (
        _section('placement_database', connection=database('placement'))
        + _section('api', auth_strategy='keystone')
        + _authtoken('placement')
    )


def _glance():
    stores = {
        'file': 'images',
        'os_glance_staging_store': 'staging',
        'os_glance_tasks_store': 'tasks',
    }
    return (
        _section(
            'DEFAULT',
            bind_host=HOST,
            enabled_backends='file:file',
            worker_self_reference_url=settings.url('glance'),
        )
        + _section('database', connection=database('glance'))
        + _section('glance_store', default_backend='file')
        + ''.join(
            _section(
                name, filesystem_store_datadir=STATE / 'glance' / directory
            )
            for name, directory in stores.items()
        )
        + _section(
            'paste_deploy',
            flavor='keystone',
            config_file='/etc/glance/glance-api-paste.ini',
        )
        + _locks()
        + _authtoken('glance')
    )


def _neutron():
    return (
        _section(
            'DEFAULT',
            core_plugin='ml2',
            service_plugins='router,port_forwarding,qos,trunk',
            transport_url=queue('neutron'),
            api_paste_config='/etc/neutron/api-paste.ini',
            state_path=STATE / 'neutron',
            notify_nova_on_port_status_changes='true',
            notify_nova_on_port_data_changes='true',
            rpc_workers=0,
        )
        + _section('database', connection=database('neutron'))
        + _locks()
        + _section('nova', **_account('neutron'))
        + _section('placement', **_account('neutron'))
        + _authtoken('neutron')
    )


def _ml2():
    return (
        _section(
            'ml2',
            type_drivers='local,flat,vlan,vxlan',
            project_network_types='vxlan',
            mechanism_drivers='lab',
            extension_drivers='port_security,qos',
        )
        + _section('ml2_type_flat', flat_networks='*')
        + _section('ml2_type_vxlan', vni_ranges='1:4000')
    )


def _nova(state, virtual_host, host=None):
    own = {'host': host} if host else {}
    cinder = _account('nova')
    cinder['os_region_name'] = cinder.pop('region_name')
    return (
        _section(
            'DEFAULT',
            transport_url=queue(virtual_host),
            my_ip=HOST,
            state_path=state,
            instances_path=f'{state}/instances',
            compute_driver='lab.FakeDriver',
            vif_plugging_is_fatal='false',
            vif_plugging_timeout=0,
            **own,
        )
        + _cache()
        + _section('conductor', workers=1)
        + _section('scheduler', workers=1)
        + _locks()
        + _service_user('nova')
        + _section('placement', **_account('nova'))
        + _section('neutron', **_account('nova'))
        + _section('glance', region_name='RegionOne', service_type='image')
        + _section('cinder', **cinder)
        # Computes do not reach the database of the API.
        + _section('workarounds', disable_group_policy_check_upcall='true')
        + _authtoken('nova')
    )


def _cinder():
    return (
        _section(
            'DEFAULT',
            transport_url=queue('cinder'),
            my_ip=HOST,
            host='storage',
            auth_strategy='keystone',
            api_paste_config='/etc/cinder/api-paste.ini',
            resource_query_filters_file='/etc/cinder/resource_filters.json',
            state_path=STATE / 'cinder',
            enabled_backends='lab',
            default_volume_type='lab',
            glance_api_servers=settings.url('glance'),
        )
        + _section(
            'lab',
            volume_backend_name='lab',
            volume_driver='lab_drivers.disks.VolumeDriver',
        )
        + _section('database', connection=database('cinder'))
        + _locks()
        + _section('nova', **_account('cinder'))
        + _service_user('cinder')
        + _authtoken('cinder')
    )


def _heat():
    """Return the configuration of Heat, which clients alone need."""
    password = settings.passwords()['service']
    trustee = _account('heat')
    for option in ('project_name', 'project_domain_name', 'region_name'):
        # Heat's trusts have a project.
        del trustee[option]
    return (
        _section(
            'DEFAULT',
            transport_url=queue('heat'),
            num_engine_workers=1,
            stack_user_domain_name='heat',
            stack_domain_admin='heat-domain-admin',
            # Or it looks for an API that is not there.
            heat_metadata_server_url=settings.url('heat'),
            stack_domain_admin_password=password,
            # Of the length of an AES key.
            auth_encryption_key=password,
        )
        + _section('database', connection=database('heat'))
        + _section('trustee', **trustee)
        + _section('clients_keystone', auth_uri=settings.url('keystone'))
        + _section(
            'paste_deploy',
            api_paste_config=STATE / 'heat/venv/etc/heat/api-paste.ini',
        )
        + _locks()
        + _authtoken('heat')
    )


def _variables(name):
    project, _ = settings.USERS.get(name, ('admin', 'admin'))
    return {
        'auth_url': settings.url('keystone', '/v3'),
        'username': name,
        'password': settings.passwords()[name],
        'project_name': project,
        'user_domain_name': 'Default',
        'project_domain_name': 'Default',
    }


def _openrc(name):
    settings.OPENRC.mkdir(exist_ok=True, mode=0o700)
    values = {
        **_variables(name),
        'region_name': 'RegionOne',
        'identity_api_version': 3,
    }
    lines = [
        f'export OS_{key.upper()}={value}\n' for key, value in values.items()
    ]
    lines.append(f'export PATH={settings.VENV}/bin:$PATH\n')
    (settings.OPENRC / name).write_text(''.join(lines))


def _clouds():
    """Write clouds.yaml, for the probe and for the openstack client."""
    text = 'clouds:\n'
    for name in ('admin', *settings.USERS):
        text += f'  {name}:\n    region_name: RegionOne\n    auth:\n'
        for key, value in _variables(name).items():
            text += f'      {key}: "{value}"\n'
    with open(
        os.open(settings.CLOUDS, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600),
        'w',
    ) as stream:
        stream.write(text)
