# SPDX-License-Identifier: Apache-2.0
"""Ansible's openstack.cloud: present, again without a change, absent.

``playbook.py MEMBER PEER FOLDER`` runs in an environment of its own.
"""

import json
import pathlib
import re
import subprocess
import sys

from journey import Fault
from journey import Journey

HERE = pathlib.Path(__file__).resolve().parent
COMMAND = pathlib.Path(sys.executable).parent / 'ansible-playbook'
#: A task that changed something, in ansible-playbook's output.
CHANGED = re.compile(r'^TASK \[(.+?)\] \**\nchanged: ', re.MULTILINE)


class Playbook:
    """One member's runs of the playbook."""

    def __init__(self, member, peer, folder):
        self.journey = Journey('ansible', member, peer, folder)
        self.seen = self.journey.folder / f'{member}-seen.json'

    def run(self, name, state, count):
        """Run the playbook, and look at what it saw.

        :param count: of own things of each kind that must be in sight
        :returns: the names of tasks that changed something
        """
        with self.journey.step(name):
            variables = {
                'member': self.journey.member,
                'mark': self.journey.mark,
                'seen': str(self.seen),
                'state': state,
                'ansible_python_interpreter': sys.executable,
            }
            done = subprocess.run(
                [
                    *(COMMAND, '-i', 'localhost,', '-c', 'local'),
                    *('-e', json.dumps(variables), HERE / 'playbook.yml'),
                ],
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise Fault(done.stdout[-2000:] + done.stderr[-2000:])
            for kind, names in json.loads(self.seen.read_text()).items():
                self.journey.own(names, count, kind)
            return CHANGED.findall(done.stdout)


def main(*arguments):
    """Take all steps of a member."""
    playbook = Playbook(*arguments)
    journey = playbook.journey
    changed = playbook.run('present', 'present', 1)
    with journey.step('tasks changed something'):
        journey.same(bool(changed), True, 'that tasks changed something')
    with journey.step('the other has things, too'):
        journey.meet({})
    changed = playbook.run('present again', 'present', 1)
    with journey.step('no task changed anything'):
        journey.same(changed, [], 'the list of changed tasks')
    playbook.run('absent', 'absent', 0)
    changed = playbook.run('absent again', 'absent', 0)
    with journey.step('no task changed anything then'):
        journey.same(changed, [], 'the list of changed tasks')


if __name__ == '__main__':
    main(*sys.argv[1:])
