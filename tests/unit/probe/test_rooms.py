# SPDX-License-Identifier: Apache-2.0
"""The rooms of the probe: imports point one way, modules are small."""

import ast
import pathlib

import testtools

from cloud_security import probe

ROOT = pathlib.Path(probe.__file__).parent
#: Each room imports from itself and from those before it.
ORDER = (
    'client',
    'catalog',
    'resources',
    'verdicts',
    'results',
    'runner',
    'cli',
)
#: The only modules beside the probe that it may import.
BESIDE = ('cloud_security.keystone', 'cloud_security.pages')


def modules():
    """Yield (room, path, syntax tree) of each module."""
    for path in ROOT.rglob('*.py'):
        parts = path.relative_to(ROOT).with_suffix('').parts
        if parts != ('__init__',):
            yield parts[0], path, ast.parse(path.read_text())


class TestRooms(testtools.TestCase):
    def test_imports_point_one_way(self):
        for room, path, tree in modules():
            allowed = ORDER[: ORDER.index(room) + 1]
            for node in ast.walk(tree):
                if not isinstance(node, ast.ImportFrom):
                    continue
                for alias in node.names:
                    name = f'{node.module}.{alias.name}'
                    if not name.startswith('cloud_security.'):
                        continue
                    if not name.startswith('cloud_security.probe.'):
                        self.assertIn(name, BESIDE, path)
                        continue
                    self.assertIn(name.split('.')[2], allowed, path)

    def test_private_name_stays_in_its_module(self):
        for _, path, tree in modules():
            own = {
                node.name
                for node in ast.walk(tree)
                if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        self.assertFalse(alias.name.startswith('_'), path)
                if isinstance(node, ast.Attribute) and (
                    node.attr.startswith('_')
                    and not node.attr.startswith('__')
                    # NamedTuple's methods are public in spite of their names.
                    and node.attr not in ('_asdict', '_replace')
                ):
                    owner = getattr(node.value, 'id', '')
                    self.assertIn(owner, {'self', *own}, path)

    def test_module_is_small(self):
        for _, path, _ in modules():
            lines = len(path.read_text().splitlines())
            self.assertLessEqual(lines, 250, path)

    def test_module_name_is_unique(self):
        names = [
            path.stem for _, path, _ in modules() if path.stem != '__init__'
        ]
        self.assertEqual(sorted(set(names)), sorted(names))
