"""One member tries everything on another member's server, twice.

Starts Nova (real API, scheduler, conductor and a compute with the fake
driver, on SQLite) as it is and with cloud_security, and prints what one
member of a project can do with the server of another. Exits with 0 only if
stock Nova shows the holes and the isolated one shows none.
"""

import logging
import os
import sys
import unittest
import warnings

warnings.simplefilter('ignore')
sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))

from tests.functional import cloud  # noqa: E402
from tests.functional import operations  # noqa: E402

TITLES = ('operation by bob', 'stock Nova', 'isolated')
IS_TERMINAL = sys.stdout.isatty() and 'NO_COLOR' not in os.environ
RED, GREEN, PLAIN = (
    ('\033[31m', '\033[32m', '\033[0m') if IS_TERMINAL else ('', '', '')
)
VERSION = '2.90'
USAGE = 'os-simple-tenant-usage/{}?start=2020-01-01T00:00:00'


def act(name):
    """Return an operation that calls an action on alice's server."""
    return lambda test: (
        test.bob.act(test.hers, name, operations.ACTIONS[name]).status_code
    )


def listed(path):
    """Return an operation that looks for alice's server in a list."""

    def look(test):
        answer = test.bob.call('GET', path.format(cloud.PROJECT))
        return test.hers in answer.text

    return look


def sent(method, path, body=None, version=VERSION):
    """Return an operation that sends a request about alice's server."""
    return lambda test: (
        test.bob.call(
            method, path.format(test.hers), body, version=version
        ).status_code
    )


def marked(test):
    """Ask for the page behind alice's server."""
    return test.bob.call('GET', f'servers?marker={test.hers}').status_code


def counted(test):
    """Ask how much of the quota alice uses."""
    quota = test.bob.get(
        f'os-quota-sets/{cloud.PROJECT}/detail?user_id=alice'
    )['quota_set']
    return quota['instances']['in_use'] > 0


#: In this order: what removes the server comes last.
OPERATIONS = (
    ('list servers', listed('servers')),
    ('list servers in detail', listed('servers/detail')),
    ('list deleted since', listed('servers?changes-since=2000-01-01')),
    ('page behind the server', marked),
    ('usage of the project', listed(USAGE)),
    ("alice's part of the quota", counted),
    ('show', sent('GET', 'servers/{}')),
    ('show through /v2', sent('GET', '/v2/servers/{}', version=None)),
    ('show by its alias', sent('GET', 'os-volumes_boot/{}')),
    ('read metadata', sent('GET', 'servers/{}/metadata')),
    ('read tags', sent('GET', 'servers/{}/tags')),
    ('read its history', sent('GET', 'servers/{}/os-instance-actions')),
    ('read volumes', sent('GET', 'servers/{}/os-volume_attachments')),
    ('read the console log', act('os-getConsoleOutput')),
    (
        'open the console',
        sent(
            'POST',
            'servers/{}/remote-consoles',
            {'remote_console': {'protocol': 'vnc', 'type': 'novnc'}},
        ),
    ),
    ('rename', sent('PUT', 'servers/{}', {'server': {'name': 'mine'}})),
    (
        'write metadata',
        sent('POST', 'servers/{}/metadata', {'metadata': {'owned': 'by bob'}}),
    ),
    ('write tags', sent('PUT', 'servers/{}/tags', {'tags': ['bobs']})),
    ('make an image', act('createImage')),
    ('change the password', act('changePassword')),
    ('pause', act('pause')),
    ('unpause', act('unpause')),
    ('lock', act('lock')),
    ('unlock', act('unlock')),
    ('reboot', act('reboot')),
    ('rebuild', act('rebuild')),
    ('stop', act('os-stop')),
    ('delete', sent('DELETE', 'servers/{}')),
)


class Stock(cloud.Cloud):
    """Nova as it is."""

    FILTERED = DROPPED_IN = False
    results = {}

    def runTest(self):
        """Try every operation."""
        self.hers = self.boot(self.alice, name='alices-server')
        # Usage counts a server a moment after it has become active.
        usage = USAGE.format(cloud.PROJECT)
        self.wait_for(lambda: self.hers in self.alice.call('GET', usage).text)
        for number, (name, operation) in enumerate(OPERATIONS, 1):
            if sys.stderr.isatty():
                print(
                    f'\r{type(self).__name__}: {number}/{len(OPERATIONS)} '
                    f'{name:<30}',
                    end='\r',
                    file=sys.stderr,
                )
            self.settle()
            self.results[name] = operation(self)

    def settle(self):
        """Wait until nothing happens to the server any more."""
        self.wait_for(
            lambda: (
                not self.root.get(f'servers/{self.hers}')['server'][
                    'OS-EXT-STS:task_state'
                ]
            )
        )


class Isolated(Stock):
    """Nova with the filter and the rules of cloud_security."""

    FILTERED = DROPPED_IN = True
    results = {}


def tried(case):
    """Run one Nova; return the statuses that bob got, by operation."""
    if not sys.stderr.isatty():
        print(f'starting Nova: {case.__name__.lower()} ...', flush=True)
    logging.disable(logging.WARNING)
    result = unittest.TestResult()
    case().run(result)
    for _, trace in result.errors + result.failures:
        print(trace, file=sys.stderr)
    return case.results


def shown(status):
    """Return what bob got as a cell of the table."""
    if status is None:
        return 'not tried     ', RED
    if isinstance(status, bool):
        detail = 'seen' if status else 'unseen'
    else:
        detail = str(status)
    word, colour = ('open', RED) if is_open(status) else ('closed', GREEN)
    return f'{word:<7}{detail:<7}', colour


def is_open(status):
    """Tell whether bob got through: a status, or whether he saw something."""
    return status if isinstance(status, bool) else status < 400


def main():
    """Print the table and return the exit status."""
    print(
        'alice and bob are plain members of one project; alice has a server.'
    )
    stock, isolated = tried(Stock), tried(Isolated)
    print(f'\n{TITLES[0]:<28}{TITLES[1]:<16}{TITLES[2]}')
    print('-' * 58)
    for name, _ in OPERATIONS:
        cells = [shown(results.get(name)) for results in (stock, isolated)]
        print(
            f'{name:<28}'
            + ''.join(f'{colour}{text}{PLAIN}   ' for text, colour in cells)
        )
    holes = [name for name, _ in OPERATIONS if is_open(stock.get(name, 999))]
    left = [name for name, _ in OPERATIONS if is_open(isolated.get(name, 0))]
    print(
        f'\nOf {len(OPERATIONS)} operations on the server of somebody else, '
        f'stock Nova lets {len(holes)} through,\nthe isolated one {len(left)}.'
    )
    if left or len(holes) < len(OPERATIONS):
        print('That is not what this demonstration should show.')
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
