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
ALONE = {'keystone', 'opts', 'pages', 'releases'}
#: What each part may import of the package. Only compute/ knows Nova, only
#: volume/ Cinder, only image/ Glance, and only network/ and trace/ Neutron,
#: and db/, whose modules neutron-db-manage runs.
MAY_IMPORT = {
    'visibility': {'visibility'},
    'policy': {'policy', 'visibility'},
    'audit': {'audit'},
    'wsgi': {'wsgi', 'audit', 'policy', 'visibility'} | ALONE,
    'deploy': {'deploy', 'policy'} | ALONE,
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
    'network': {
        *('network', 'wsgi', 'audit', 'deploy', 'policy', 'visibility'),
        *ALONE,
    },
    'trace': {'trace', 'audit', 'deploy'} | ALONE,
    'db': set(),
    'probe': {'probe', 'keystone', 'pages'},
    'cmd': {
        *('cmd', 'audit', 'compute', 'deploy', 'image', 'keystone', 'probe'),
        *('network', 'trace', 'volume'),
    },
}
#: Services, by their Python packages, and the rooms that know each. The rooms
#: have modules of the same names.
SERVICES = {
    'nova': {'compute'},
    'cinder': {'volume'},
    'glance': {'image'},
    'neutron': {'network', 'trace', 'db'},
    'neutron_lib': {'network', 'trace', 'db'},
}
SERVICE_ROOMS = set().union(*SERVICES.values())
#: Names of modules in more than one other room: what serves one command, the
#: checks of a room, its options, and the two ends of the filter.
SHARED = {'checks', 'explain', 'middleware', 'opts', 'report', 'service'}
#: Modules of audit/ that read a log where Nova is not.
LOG_READERS = (
    'log_entries',
    'log_guard',
    'log_lines',
    'log_wrappers',
    'printable',
    'report',
)
#: Modules of trace/ that need no Neutron.
OF_HISTORY = (
    'addresses',
    'answer',
    'behind',
    'check_times',
    'columns',
    'config',
    'coverage',
    'engine',
    'floating_hours',
    'gaps',
    'history',
    'holding',
    'intervals',
    'known_owners',
    'lanes',
    'moments',
    'opts',
    'owners',
    'table_rows',
    'tables',
    'timeline',
    'tracks',
)
#: What works on hosts and in images without Nova.
WITHOUT_NOVA = (
    'cmd/adopt.py',
    'cmd/adopt_images.py',
    'cmd/adopt_ports.py',
    'cmd/companions.py',
    'cmd/disable.py',
    'cmd/enable.py',
    'cmd/enable_plan.py',
    'cmd/floating_usage.py',
    'cmd/hand_over.py',
    'cmd/hand_over_images.py',
    'cmd/hand_over_ports.py',
    'cmd/hand_over_volumes.py',
    'cmd/list_addresses.py',
    'cmd/list_crossings.py',
    'cmd/look_up.py',
    'cmd/list_usage.py',
    'cmd/manage.py',
    'cmd/name_lookup.py',
    'cmd/neutralize_hints.py',
    'cmd/probe.py',
    'cmd/report.py',
    'cmd/own_process.py',
    'cmd/owner_history.py',
    'cmd/server_transfer.py',
    'cmd/service_choice.py',
    'cmd/service_process.py',
    'cmd/set_owner.py',
    'cmd/set_port_owner.py',
    'cmd/show_address.py',
    'cmd/status_table.py',
    'cmd/switch.py',
    'cmd/thing_transfer.py',
    'cmd/trace.py',
    'cmd/transfer.py',
    'cmd/usage_metrics.py',
    'deploy/api.py',
    'deploy/apis.py',
    'deploy/between.py',
    'deploy/checks.py',
    'deploy/choice.py',
    'deploy/configuration.py',
    'deploy/host.py',
    'deploy/loading.py',
    'deploy/neutron_rules.py',
    'deploy/own_token.py',
    'deploy/image.py',
    'deploy/file_changes.py',
    'deploy/file_reading.py',
    'deploy/paste.py',
    'deploy/paste_check.py',
    'deploy/paste_contexts.py',
    'deploy/paste_loader.py',
    'deploy/paste_loading.py',
    'deploy/paste_pipelines.py',
    'deploy/paste_place.py',
    'deploy/paste_sections.py',
    'deploy/plugin_lines.py',
    'deploy/plugin_list.py',
    'deploy/plugin_loading.py',
    'deploy/plugin_sources.py',
    'deploy/plugin_tables.py',
    'deploy/policy_places.py',
    'deploy/rule_files.py',
    'deploy/unchecked.py',
    'deploy/ini_lines.py',
    'deploy/config_options.py',
    'audit/events.py',
    *(f'audit/{name}.py' for name in LOG_READERS),
    'keystone.py',
    'pages.py',
    'releases.py',
    *(f'trace/{name}.py' for name in OF_HISTORY),
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
    *folders, name = path.relative_to(ROOT).with_suffix('').parts
    return (
        *(
            'service_room' if part in SERVICE_ROOMS else part
            for part in folders
        ),
        name,
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
                        self.assertIn(part, SERVICES[names[0]], path)

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
