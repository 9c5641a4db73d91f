# SPDX-License-Identifier: Apache-2.0
"""Two members who use the same client at the same time."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

from clients import orchestration
import processes
import settings
import steps

HERE = pathlib.Path(__file__).resolve().parent
STATE = settings.STATE / 'clients'
LAB_PYTHON = settings.VENV / 'bin/python'
ANSIBLE_PYTHON = STATE / 'venv/bin/python'
COLLECTIONS = STATE / 'collections'
REMAINS = STATE / 'addresses.json'
#: The release of PyPI's ``ansible`` from which openstack.cloud comes.
ANSIBLE = 'ansible==12.3.0'
MEMBERS = ('alice', 'bob')
#: client: (module here, Python that runs it)
CLIENTS = {
    'openstack': ('command_line.py', LAB_PYTHON),
    'terraform': ('terraform.py', LAB_PYTHON),
    'ansible': ('playbook.py', ANSIBLE_PYTHON),
    'heat': ('stack.py', LAB_PYTHON),
}


def _install_ansible():
    """Install ansible-core, and the one collection that is needed."""
    steps.make_environment(STATE / 'venv', HERE / 'ansible')
    with tempfile.TemporaryDirectory(dir=STATE) as folder:
        processes.run(
            *(ANSIBLE_PYTHON.parent / 'pip', 'download', '-q', '--no-deps'),
            *('-d', folder, ANSIBLE),
        )
        [wheel] = pathlib.Path(folder).glob('*.whl')
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(
                COLLECTIONS,
                [
                    name
                    for name in packed.namelist()
                    if name.startswith('ansible_collections/openstack/cloud/')
                ],
            )


def go(names):
    """Let both members go through some clients.

    :returns: the exit code: 1 when a step failed or something is left
    """
    for name in names:
        if name not in CLIENTS:
            sys.exit(f'{name}: one of {", ".join(CLIENTS)}')
    STATE.mkdir(exist_ok=True)
    if 'ansible' in names:
        steps.once('ansible', _install_ansible)
    if 'heat' in names:
        orchestration.start()
    failed = [name for name in names if not _both(name)]
    if failed:
        processes.say(f'Clients with a fault: {", ".join(failed)}')
        return 1
    processes.say('No client had a fault.')
    return 0


def _both(client):
    """Let both members use a client; return whether they had no fault."""
    processes.say(f'client: {client}')
    if _run(LAB_PYTHON, 'remains.py', '--remove', REMAINS).wait():
        sys.exit('Things of an earlier run cannot be removed.')
    folder = STATE / client
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    module, python = CLIENTS[client]
    running = [
        _run(python, module, member, peer, folder)
        for member, peer in zip(MEMBERS, reversed(MEMBERS))
    ]
    codes = [process.wait() for process in running]
    codes.append(_run(LAB_PYTHON, 'remains.py', '--tell', REMAINS).wait())
    return not any(codes)


def _run(python, module, *arguments):
    return subprocess.Popen(
        [python, '-u', HERE / module, *arguments],
        stdin=subprocess.DEVNULL,
        env={
            **processes.ENVIRONMENT,
            'OS_CLIENT_CONFIG_FILE': str(settings.CLOUDS),
            'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),
        },
    )
