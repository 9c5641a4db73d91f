# SPDX-License-Identifier: Apache-2.0
"""Places, ports and accounts of the lab, and its passwords.

Everything that the lab writes is below STATE, but for the links
``/etc/nova``, ``/etc/cinder``, ``/etc/glance`` and ``/etc/neutron`` to it.
"""

import json
import os
import pathlib
import secrets

STATE = pathlib.Path(os.environ.get('LAB_STATE', '/tmp/cloud-security-lab'))
VENV = STATE / 'venv'
ETC = STATE / 'etc'
LOG = STATE / 'log'
#: A file for each process: its ID and when it started.
RUN = STATE / 'run'
#: An empty file for each step of the setup that is done.
DONE = STATE / 'done'
#: A file to source for each account.
OPENRC = STATE / 'openrc'
CLOUDS = STATE / 'clouds.yaml'

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent

HOST = '127.0.0.1'
#: APIs listen where OpenStack has them, the rest beside what may run here.
PORTS = {
    'keystone': 5000,
    'glance': 9292,
    'placement': 8778,
    'nova': 8774,
    'neutron': 9696,
    'cinder': 8776,
    'heat': 8004,
    'horizon': 8080,
    'mariadb': 13306,
    'rabbitmq': 15673,
    'rabbitmq_nodes': 15674,
    'epmd': 14369,
    'memcached': 11311,
}
COMPUTES = ('compute1', 'compute2')
#: Those that have an API to isolate; each has a folder below /etc.
ISOLATED = ('nova', 'cinder', 'glance', 'neutron')
#: service: (type in the catalogue, path of its endpoint)
CATALOGUE = {
    'placement': ('placement', ''),
    'glance': ('image', ''),
    'neutron': ('network', ''),
    'nova': ('compute', '/v2.1'),
    'cinder': ('volumev3', '/v3'),
}
#: user: (project, role)
USERS = {
    'alice': ('course', 'member'),
    'bob': ('course', 'member'),
    'carol': ('course', 'manager'),
    'dan': ('course', 'reader'),
    'eve': ('other', 'member'),
}
PROJECTS = ('course', 'other', 'service')
PASSWORDS = (
    *('admin', 'database', 'horizon', 'queue', 'service', 'testers'),
    *USERS,
)


def url(service, path=''):
    """Return the URL of an API of the lab."""
    return f'http://{HOST}:{PORTS[service]}{path}'


def passwords():
    """Return ``{whose: password}``; the first call makes them."""
    path = STATE / 'passwords.json'
    if not path.exists():
        made = {name: secrets.token_hex(12) for name in PASSWORDS}
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), 'w') as file:
            json.dump(made, file)
    return json.loads(path.read_text())
