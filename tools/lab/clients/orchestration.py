# SPDX-License-Identifier: Apache-2.0
"""Heat, in an environment of its own beside the lab's."""

import pathlib

import processes
import settings
import steps

HERE = pathlib.Path(__file__).resolve().parent
STATE = settings.STATE / 'heat'
BIN = STATE / 'venv/bin'
CONF = settings.ETC / 'heat/heat.conf'


def install():
    """Install Heat, and make what it needs of the lab."""
    STATE.mkdir(exist_ok=True)
    steps.make_environment(STATE / 'venv', HERE / 'heat')
    steps.make_database('heat')
    steps.make_virtual_host('heat')
    steps.fill('orchestration')
    processes.run(BIN / 'heat-manage', '--config-file', CONF, 'db_sync')


def services():
    """Return Heat's processes."""
    ini = settings.ETC / 'uwsgi/heat.ini'
    return [
        processes.Service(
            'heat-engine', (f'{BIN}/heat-engine', '--config-file', f'{CONF}')
        ),
        processes.Service(
            'heat-api',
            (f'{BIN}/uwsgi', '--ini', f'{ini}'),
            check=settings.url('heat', '/'),
        ),
    ]


def start():
    """Install Heat once, and let it run."""
    steps.once('heat', install)
    for service in services():
        processes.start(service)
    for service in services():
        processes.wait_for(service)
