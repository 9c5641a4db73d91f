# SPDX-License-Identifier: Apache-2.0
"""The architecture, kept true."""

import ast
import collections
import pathlib
import re

from oslo_config import cfg
from oslo_policy import policy
import testtools

import cloud_security
from cloud_security.policy import checks
from cloud_security.visibility import scope as scopes

ROOT = pathlib.Path(cloud_security.__file__).parent
#: What stands beside the parts and imports nothing of them.
ALONE = {'keystone', 'opts', 'releases'}
#: What each part may import of the package. Only compute/ knows Nova, only
#: volume/ Cinder, and only image/ Glance.
MAY_IMPORT = {
    'visibility': {'visibility'},
    'policy': {'policy', 'visibility'},
    'audit': {'audit'},
    'wsgi': {'wsgi', 'audit', 'policy', 'visibility'} | ALONE,
    'deploy': {'deploy', 'policy', 'keystone'},
    'compute': {
        *('compute', 'wsgi', 'audit', 'deploy', 'policy', 'visibility'),
        *ALONE,
    },
    'volume': {
        *('volume', 'wsgi', 'audit', 'deploy', 'policy', 'visibility'),
        *ALONE,
    },
    'image': {
        *('image', 'wsgi', 'audit', 'deploy', 'policy', 'visibility'),
        *ALONE,
    },
    'probe': {'probe', 'keystone'},
    'cmd': {
        *('cmd', 'audit', 'compute', 'deploy', 'image', 'keystone', 'probe'),
        'volume',
    },
}
#: Services, by their Python packages, and the room that each has. These rooms
#: have modules of the same names.
SERVICES = {'nova': 'compute', 'cinder': 'volume', 'glance': 'image'}
#: Names of modules in more than one other room: what serves one command, the
#: checks of a room, and the two ends of the filter.
SHARED = {'checks', 'explain', 'middleware', 'report', 'service'}
#: Modules of audit/ that read a log where Nova is not.
LOG_READERS = (
    'log_entries',
    'log_guard',
    'log_lines',
    'log_wrappers',
    'printable',
    'report',
)
#: What works on hosts and in images without Nova.
WITHOUT_NOVA = (
    'cmd/adopt_images.py',
    'cmd/disable.py',
    'cmd/enable.py',
    'cmd/hand_over.py',
    'cmd/hand_over_volumes.py',
    'cmd/list_crossings.py',
    'cmd/manage.py',
    'cmd/name_lookup.py',
    'cmd/neutralize_hints.py',
    'cmd/probe.py',
    'cmd/report.py',
    'cmd/own_process.py',
    'cmd/server_transfer.py',
    'cmd/service_choice.py',
    'cmd/set_owner.py',
    'cmd/status_table.py',
    'cmd/switch.py',
    'cmd/transfer.py',
    'cmd/volume_process.py',
    'deploy/api.py',
    'deploy/apis.py',
    'deploy/host.py',
    'deploy/image.py',
    'deploy/file_changes.py',
    'deploy/file_reading.py',
    'deploy/paste.py',
    'deploy/paste_check.py',
    'deploy/paste_contexts.py',
    'deploy/paste_loader.py',
    'deploy/paste_pipelines.py',
    'deploy/paste_place.py',
    'deploy/paste_sections.py',
    'deploy/policy_places.py',
    'deploy/rule_files.py',
    'deploy/ini_lines.py',
    'deploy/config_options.py',
    'audit/events.py',
    *(f'audit/{name}.py' for name in LOG_READERS),
    'keystone.py',
    *(str(path.relative_to(ROOT)) for path in (ROOT / 'probe').rglob('*.py')),
)


def imports(path):
    """Yield the modules that a file imports, with what it takes of them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                yield f'{node.module}.{name.name}'
        elif isinstance(node, ast.Import):
            for name in node.names:
                yield name.name


def place(path):
    """Return folders and name of a module, equal in the rooms of services."""
    return tuple(
        'service_room' if part in SERVICES.values() else part
        for part in path.relative_to(ROOT).with_suffix('').parts
    )


def configuration():
    """Return a configuration without files."""
    conf = cfg.ConfigOpts()
    conf([])
    return conf


class TestTree(testtools.TestCase):
    def test_imports_point_one_way(self):
        for part, allowed in MAY_IMPORT.items():
            for path in (ROOT / part).rglob('*.py'):
                for name in imports(path):
                    names = name.split('.')
                    if names[0] == 'cloud_security':
                        self.assertIn(names[1], allowed, path)
                    if names[0] in SERVICES:
                        self.assertEqual(SERVICES[names[0]], part, path)

    def test_each_room_is_one_whose_imports_are_checked(self):
        rooms = {path.parent.name for path in ROOT.glob('*/__init__.py')}
        self.assertLessEqual(rooms, MAY_IMPORT.keys())

    def test_map_lists_rooms_above_those_that_import_them(self):
        rows = [
            re.findall(r'(\w+)/', row)
            for row in re.findall(
                r'(?m)^\d+\. ((?:``\w+/``,? *)+)', cloud_security.__doc__
            )
        ]
        above = set(ALONE)
        for row in rows:
            for room in row:
                self.assertLessEqual(MAY_IMPORT[room], {room, *above}, room)
            above.update(row)
        self.assertEqual(MAY_IMPORT.keys(), above - ALONE)

    def test_what_stands_alone_imports_no_part(self):
        found = {path.stem for path in ROOT.glob('*.py')} - {'__init__'}
        self.assertEqual(ALONE, found)
        for name in ALONE:
            for imported in imports(ROOT / f'{name}.py'):
                self.assertNotIn(
                    imported.split('.')[0], ('cloud_security', *SERVICES), name
                )

    def test_what_switches_on_and_reports_needs_no_nova(self):
        for name in WITHOUT_NOVA:
            for imported in imports(ROOT / name):
                parts = imported.split('.')
                self.assertNotIn(parts[0], SERVICES, name)
                if parts[0] == 'cloud_security':
                    # It may be something in the module.
                    found = [
                        '/'.join(parts[1:end]) + suffix
                        for end in range(2, 1 + len(parts))
                        for suffix in ('.py', '/__init__.py')
                    ]
                    self.assertTrue(
                        {*found}.intersection(WITHOUT_NOVA), (name, imported)
                    )

    def test_modules_are_small(self):
        long = {
            str(path.relative_to(ROOT))
            for path in ROOT.rglob('*.py')
            if len(path.read_text().splitlines()) > 250
        }
        self.assertEqual(set(), long)

    def test_modules_of_one_name_mean_the_same(self):
        places = {place(path) for path in ROOT.rglob('*.py')}
        found = collections.Counter(
            name for *_, name in places if name[0] != '_'
        )
        shared = {name for name, count in found.items() if count > 1}
        self.assertLessEqual(shared, SHARED)


class TestChecks(testtools.TestCase):
    def holds(self, match, **conf):
        enforcer = policy.Enforcer(configuration(), use_conf=False)
        for name, value in conf.items():
            enforcer.conf.set_override(name, value, group='oslo_policy')
        return checks.IsolationCheck('isolation', match)({}, {}, enforcer)

    def test_enforced_holds_inside_the_filter_only(self):
        self.assertFalse(self.holds('enforced'))
        for scope in (scopes.Scope(), scopes.EVERYBODY):
            with scopes.on_this_thread(scope):
                self.assertTrue(self.holds('enforced'))
        self.assertFalse(self.holds('enforced'))

    def test_legacy_defaults_follow_the_option(self):
        self.assertTrue(
            self.holds('legacy_defaults', enforce_new_defaults=False)
        )
        self.assertFalse(
            self.holds('legacy_defaults', enforce_new_defaults=True)
        )

    def test_anything_else_never_holds(self):
        with scopes.on_this_thread(scopes.EVERYBODY):
            for match in ('', 'Enforced', 'true', 'enforce'):
                self.assertFalse(self.holds(match))

    def test_oslo_policy_finds_the_check(self):
        enforcer = policy.Enforcer(configuration(), use_conf=False)
        enforcer.set_rules(
            policy.Rules.from_dict({'x': 'isolation:enforced'}), use_conf=False
        )
        self.assertFalse(enforcer.enforce('x', {}, {}))
        with scopes.on_this_thread(scopes.EVERYBODY):
            self.assertTrue(enforcer.enforce('x', {}, {}))
