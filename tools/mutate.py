# SPDX-License-Identifier: Apache-2.0
"""List the changes of a module that no unit test notices.

``tools/mutate.py policy/inspection.py visibility`` copies the tree, lets
cosmic-ray change one place of these modules after the other, and runs the unit
tests of their room on each change. Without arguments it takes all modules of
``policy/`` and ``visibility/``. It prints a diff for each change that
survives, and ends with 1 when there is one.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
ROOMS = ('policy', 'visibility')
#: Seconds for the tests of a room; a change may make a loop endless.
TIMEOUT = 120
CONFIG = """\
[cosmic-ray]
module-path = {modules}
test-command = {command}
timeout = {timeout}.0
excluded-modules = []
[cosmic-ray.distributor]
name = "local"
"""


def by_room(names):
    """Return ``{room: [module or folder, …]}`` of names in the package."""
    rooms = {}
    for name in names or ROOMS:
        rooms.setdefault(name.partition('/')[0], []).append(
            f'cloud_security/{name}'
        )
    return rooms


def mutate(tree, room, modules):
    """Try all changes of a room's modules.

    :returns: True if a change survives
    """
    tests = [sys.executable, '-W', 'ignore', '-m', 'testtools.run']
    tests += ['discover', '-f', '-s', f'tests/unit/{room}', '-t', '.']
    config, session = f'{room}.toml', f'{room}.sqlite'
    (tree / config).write_text(
        CONFIG.format(
            modules=json.dumps(modules),
            command=json.dumps(' '.join(tests)),
            timeout=TIMEOUT,
        )
    )
    # Python takes bytecode for that of a file with the same second and size,
    # which a change and its end can share.
    environment = dict(
        os.environ, PYTHONPATH=str(tree), PYTHONDONTWRITEBYTECODE='1'
    )
    for command in (
        ('cosmic-ray', 'baseline', config),
        ('cosmic-ray', 'init', config, session),
        ('cosmic-ray', 'exec', config, session),
        ('cr-report', '--surviving-only', '--show-diff', session),
    ):
        subprocess.run(command, cwd=tree, env=environment, check=True)
    rate = subprocess.run(
        ['cr-rate', session],
        cwd=tree,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(rate.stdout) > 0


def main():
    """Mutate what the arguments name; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        # Changes are written into the modules themselves.
        for part in ('cloud_security', 'tests', 'etc'):
            shutil.copytree(ROOT / part, tree / part)
        survived = [
            mutate(tree, room, modules)
            for room, modules in by_room(sys.argv[1:]).items()
        ]
    return int(any(survived))


if __name__ == '__main__':
    sys.exit(main())
