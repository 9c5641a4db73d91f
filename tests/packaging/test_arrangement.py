# SPDX-License-Identifier: Apache-2.0
"""The tests stand where tests/README.rst says, and share no test."""

import ast
import re

import testtools

from tests.packaging import ROOT

TESTS = ROOT / 'tests'
#: Modules of the tests, and their syntax.
MODULES = {
    path: ast.parse(path.read_text()) for path in sorted(TESTS.rglob('*.py'))
}


def imported(tree):
    """Yield the dotted names that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f'{node.module}.{name.name}' for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


class TestArrangement(testtools.TestCase):
    def test_modules_import_no_test_module(self):
        for path, tree in MODULES.items():
            for name in imported(tree):
                if name.startswith('tests.'):
                    self.assertNotIn('.test_', name, path)

    def test_classes_switch_no_inherited_test_off(self):
        for path, tree in MODULES.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        name = getattr(target, 'id', '')
                        self.assertFalse(name.startswith('test_'), path)

    def test_unit_tests_have_the_folders_of_the_package(self):
        for folder in (TESTS / 'unit').iterdir():
            if (folder / '__init__.py').exists():
                room = ROOT / 'cloud_security' / folder.name
                self.assertTrue((room / '__init__.py').exists(), folder)

    def test_readme_names_each_kind_of_test(self):
        text = (TESTS / 'README.rst').read_text()
        kinds = [path for path in TESTS.iterdir() if path.is_dir()]
        for path in kinds:
            if (path / '__init__.py').exists():
                self.assertIn(f'``{path.name}/', text)


class TestWords(testtools.TestCase):
    #: HACKING.rst, the first rule of words.
    RIDDLES = frozenset(
        ('What', 'Whether', 'Who', 'Whose', 'Where', 'How', 'When', 'Why')
    )
    FOLDERS = ('cloud_security', 'tests', 'tools', 'benchmarks', 'rpm')

    def test_docstrings_begin_with_a_noun_or_a_verb(self):
        riddles = [
            f'{path}:{getattr(node, "lineno", 1)}'
            for folder in self.FOLDERS
            for path in sorted((ROOT / folder).rglob('*.py'))
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and re.split(r'\W', ast.get_docstring(node) or '', 1)[0]
            in self.RIDDLES
        ]
        self.assertEqual([], riddles)
