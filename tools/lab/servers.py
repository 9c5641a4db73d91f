# SPDX-License-Identifier: Apache-2.0
"""Commands of the lab's processes, in the order in which they start."""

from processes import Service
import settings

BIN = settings.VENV / 'bin'
ETC = settings.ETC
SQL = ('mysql', f'--socket={settings.RUN}/mariadb.sock', '-uroot')
RABBITMQCTL = '/usr/lib/rabbitmq/bin/rabbitmqctl'


def rabbitmq_environment():
    """Return what keeps this RabbitMQ apart from the machine's own."""
    home = settings.STATE / 'rabbitmq'
    (home / 'home').mkdir(parents=True, exist_ok=True)
    interface = 'inet_dist_use_interface {127,0,0,1}'
    return {
        'HOME': str(home / 'home'),
        'RABBITMQ_NODENAME': 'lab@localhost',
        'RABBITMQ_NODE_IP_ADDRESS': settings.HOST,
        'RABBITMQ_NODE_PORT': str(settings.PORTS['rabbitmq']),
        'RABBITMQ_DIST_PORT': str(settings.PORTS['rabbitmq_nodes']),
        'ERL_EPMD_ADDRESS': settings.HOST,
        'ERL_EPMD_PORT': str(settings.PORTS['epmd']),
        'RABBITMQ_CONF_ENV_FILE': '/dev/null',
        'RABBITMQ_CONFIG_FILE': str(ETC / 'rabbitmq.conf'),
        'RABBITMQ_MNESIA_BASE': str(home / 'mnesia'),
        'RABBITMQ_LOG_BASE': str(home / 'log'),
        'RABBITMQ_LOGS': '-',
        'RABBITMQ_PID_FILE': str(home / 'pid'),
        'RABBITMQ_ENABLED_PLUGINS_FILE': str(home / 'enabled_plugins'),
        'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS': (
            f'-kernel {interface} +S 2:2 +sbwt none'
        ),
        'RABBITMQ_CTL_ERL_ARGS': f'-kernel {interface}',
    }


def infrastructure():
    """Return what is below OpenStack."""
    ports = settings.PORTS
    rabbitmq = rabbitmq_environment()
    return [
        Service(
            'epmd',
            (
                *('epmd', '-address', settings.HOST),
                *('-port', str(ports['epmd'])),
            ),
        ),
        Service(
            'mariadb',
            ('mariadbd', f'--defaults-file={ETC}/mariadb.cnf'),
            check=(*SQL, '-e', 'SELECT 1'),
        ),
        Service(
            'memcached',
            (
                *('memcached', '-u', 'nobody', '-l', settings.HOST),
                *('-p', str(ports['memcached']), '-m', '64'),
            ),
        ),
        Service(
            'rabbitmq',
            ('/usr/lib/rabbitmq/bin/rabbitmq-server',),
            rabbitmq,
            (RABBITMQCTL, 'await_startup'),
        ),
    ]


def cloud():
    """Return OpenStack's processes, Keystone first."""
    computes = [
        _program(f'nova-compute-{name}', 'nova-compute', f'nova/{name}.conf')
        for name in settings.COMPUTES
    ]
    return [
        _api('keystone', OS_KEYSTONE_CONFIG_DIR=f'{ETC}/keystone'),
        _api('placement', OS_PLACEMENT_CONFIG_DIR=f'{ETC}/placement'),
        _api('glance', OS_GLANCE_CONFIG_DIR='/etc/glance'),
        _api(
            'neutron',
            OS_NEUTRON_CONFIG_DIR='/etc/neutron',
            OS_NEUTRON_CONFIG_FILES='neutron.conf;ml2_conf.ini',
        ),
        _api('cinder', 'cinder-api'),
        _program('cinder-scheduler', 'cinder-scheduler', 'cinder/cinder.conf'),
        _program('cinder-volume', 'cinder-volume', 'cinder/cinder.conf'),
        _api(
            'nova',
            'nova-api',
            OS_NOVA_CONFIG_DIR='/etc/nova',
            # Nova takes its pipeline from the first.
            OS_NOVA_CONFIG_FILES='api-paste.ini;nova.conf',
        ),
        _program('nova-conductor', 'nova-conductor', 'nova/nova.conf'),
        _program('nova-conductor-cell1', 'nova-conductor', 'nova/cell1.conf'),
        _program('nova-scheduler', 'nova-scheduler', 'nova/nova.conf'),
        *computes,
    ]


def horizon(environment):
    """Return Horizon's process; it has an environment of its own."""
    state = settings.STATE / 'horizon'
    return Service(
        'horizon',
        (
            *(f'{state}/venv/bin/uwsgi', '--http-socket'),
            f'{settings.HOST}:{settings.PORTS["horizon"]}',
            *('--module', 'openstack_dashboard.wsgi', '--need-app'),
            *('--processes', '2', '--threads', '4', '--enable-threads'),
            *('--master', '--lazy-apps', '--die-on-term'),
            *('--buffer-size', '65535'),
            *('--static-map', f'/static={state}/static'),
        ),
        environment,
        settings.url('horizon', '/auth/login/'),
    )


def _api(name, process=None, **environment):
    path = '/v3' if name == 'keystone' else '/'
    return Service(
        process or name,
        (f'{BIN}/uwsgi', '--ini', f'{ETC}/uwsgi/{name}.ini'),
        environment,
        settings.url(name, path),
    )


def _program(process, program, conf):
    return Service(
        process, (f'{BIN}/{program}', '--config-file', f'{ETC}/{conf}')
    )
