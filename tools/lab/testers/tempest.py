# SPDX-License-Identifier: Apache-2.0
"""Tempest's tests of four APIs, by members who are alone in their project.

``prepare`` makes tempest.conf and the accounts from what ``cloud.py testers``
finds. The results of each run stay in ``STATE``.
"""

import configparser
import csv
import json
import pathlib
import shutil
import subprocess

import processes
import settings
import steps

HERE = pathlib.Path(__file__).resolve().parent
STATE = settings.STATE / 'tempest'
BIN = STATE / 'venv/bin'
#: A run's workspace, in which Tempest keeps its results.
WORKSPACE = STATE / 'workspace'
LOCKS = STATE / 'lock'
TESTS = r'^tempest\.api\.(compute|volume|image|network)\.'
#: Seconds for a server or a volume.
PATIENCE = 120


def prepare():
    """Install Tempest, and make its accounts and its configuration."""
    # The folder has passwords.
    STATE.mkdir(mode=0o700, exist_ok=True)
    steps.once(
        f'tempest-{steps.digest(HERE / "requirements.txt")}',
        lambda: steps.make_environment(STATE / 'venv', HERE),
    )
    if not WORKSPACE.exists():
        _tempest('init', WORKSPACE).check_returncode()
    steps.fill('testers')
    facts = json.loads((STATE / 'facts.json').read_text())
    # JSON is YAML, too.
    (STATE / 'accounts.yaml').write_text(json.dumps(facts.pop('accounts')))
    configuration = configparser.RawConfigParser()
    configuration.read_dict(_options(**facts))
    with open(WORKSPACE / 'etc/tempest.conf', 'w') as stream:
        configuration.write(stream)


def run(name, tests=TESTS):
    """Run the tests; return ``{test: 'success', 'failure' or 'skip'}``."""
    processes.say(f"Tempest's tests: {name}")
    # An interrupted run has not given its accounts back.
    shutil.rmtree(LOCKS, ignore_errors=True)
    _tempest('run', '--concurrency', '2', '--regex', tests, cwd=WORKSPACE)
    last = subprocess.run(
        [BIN / 'stestr', 'last', '--subunit'],
        cwd=WORKSPACE,
        stdout=subprocess.PIPE,
    ).stdout
    table = subprocess.run(
        [BIN / 'subunit2csv', '--no-passthrough'],
        input=last,
        stdout=subprocess.PIPE,
    ).stdout.decode()
    (STATE / f'{name}.csv').write_text(table)
    return {
        row['test']: row['status'] for row in csv.DictReader(table.split('\n'))
    }


def compare(isolated, stock):
    """Tell how two runs ended, and where they differ.

    :returns: the exit code: 1 when they differ, or no test passed
    """
    for name, found in (('isolated', isolated), ('stock', stock)):
        ended = [*found.values()]
        numbers = ', '.join(
            f'{ended.count(status)} {status}' for status in sorted({*ended})
        )
        print(f'{name}: {numbers or "no test ran"}')
    differing = [
        test
        for test in sorted({*isolated, *stock})
        if isolated.get(test) != stock.get(test)
    ]
    for test in differing:
        print(f'{test}: {isolated.get(test)}, stock {stock.get(test)}')
    return int(bool(differing) or 'success' not in isolated.values())


def _tempest(*words, **options):
    return subprocess.run(
        [BIN / 'tempest', *words],
        env={
            **processes.ENVIRONMENT,
            'PATH': f'{BIN}:{processes.ENVIRONMENT["PATH"]}',
            'OS_TEST_TIMEOUT': '600',
        },
        **options,
    )


def _options(images, flavors, public_network_id, extensions):
    """Return ``{section: {option: value}}`` of tempest.conf."""
    return {
        'DEFAULT': {'log_file': 'tempest.log', 'log_dir': STATE},
        'auth': {
            'use_dynamic_credentials': False,
            'test_accounts_file': STATE / 'accounts.yaml',
        },
        'identity': {
            'uri_v3': settings.url('keystone', '/v3'),
            'region': 'RegionOne',
        },
        'oslo_concurrency': {'lock_path': LOCKS},
        'service_available': {'swift': False},
        'validation': {'run_validation': False},
        'compute': {
            'image_ref': images[0],
            'image_ref_alt': images[1],
            'flavor_ref': flavors[0],
            'flavor_ref_alt': flavors[1],
            'fixed_network_name': 'private',
            'max_microversion': 'latest',
            'build_timeout': PATIENCE,
        },
        'compute-feature-enabled': {
            'resize': True,
            'attach_encrypted_volume': False,
        },
        'image': {'build_timeout': PATIENCE},
        'network': {
            'public_network_id': public_network_id,
            'floating_network_name': 'public',
            'build_timeout': PATIENCE,
        },
        'network-feature-enabled': {'api_extensions': ','.join(extensions)},
        'volume': {
            'catalog_type': 'volumev3',
            'max_microversion': 'latest',
            'build_timeout': PATIENCE,
        },
        'volume-feature-enabled': {'backup': False},
    }
