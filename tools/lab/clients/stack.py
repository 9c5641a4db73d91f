# SPDX-License-Identifier: Apache-2.0
"""Heat: create, check, update and delete a stack with one of each.

Heat's stacks are the project's, and what is in them is the member's: Heat
uses the member's token, and later a trust of theirs.

``stack.py MEMBER PEER FOLDER`` runs in the lab's environment.
"""

import pathlib
import sys

from journey import Fault
from journey import Journey
import openstack

TEMPLATE = pathlib.Path(__file__).resolve().parent / 'stack.yml'
#: kind: (service, method that lists it)
LISTS = {
    'server': ('compute', 'servers'),
    'volume': ('block_storage', 'volumes'),
    'port': ('network', 'ports'),
    'group': ('network', 'security_groups'),
}


class Stack:
    """One member's stack."""

    def __init__(self, member, peer, folder):
        self.journey = Journey('heat', member, peer, folder)
        self.cloud = openstack.connect(cloud=member)
        self.path = '/stacks'
        self.template = TEMPLATE.read_text()

    def call(self, verb, path, body=None):
        """Send a request to Heat.

        :returns: the response
        :raises Fault: when Heat refuses
        """
        response = self.cloud.orchestration.request(
            path, verb, json=body, raise_exc=False
        )
        if response.status_code >= 400:
            raise Fault(
                f'{verb} {path}: {response.status_code} {response.text}'
            )
        return response

    def do(self, action, verb, path, body=None):
        """Start an action of Heat's, and wait for its end."""
        with self.journey.step(f'stack {action.lower()}'):
            response = self.call(verb, path, body)
            if action == 'CREATE':
                stack_id = response.json()['stack']['id']
                self.path = f'/stacks/{self.journey.mark}/{stack_id}'
            self.journey.wait(
                lambda: self.status() == f'{action}_COMPLETE',
                f'the end of {action}',
            )

    def status(self):
        """Return the status of the stack.

        :raises Fault: with Heat's reason, when the stack failed
        """
        stack = self.call('GET', self.path).json()['stack']
        if stack['stack_status'].endswith('FAILED'):
            raise Fault(stack['stack_status_reason'])
        return stack['stack_status']

    def body(self, **parameters):
        """Return the body of a request for the stack."""
        return {
            'stack_name': self.journey.mark,
            'template': self.template,
            'parameters': {'name': self.journey.mark, **parameters},
        }

    def forget(self):
        """Delete what an earlier run has left, until its name is free."""
        mark = self.journey.mark
        with self.journey.step('no old stack'):
            for stack in self.stacks():
                self.call('DELETE', f'/stacks/{mark}/{stack["id"]}')
            self.journey.wait(lambda: not self.stacks(), f'{mark} to go')

    def stacks(self):
        """Return the stacks that have the own name."""
        stacks = self.call('GET', '/stacks').json()['stacks']
        mark = self.journey.mark
        return [one for one in stacks if one['stack_name'] == mark]

    def look(self, count):
        """See the own things in lists, and none of the other's."""
        for kind, (service, method) in LISTS.items():
            with self.journey.step(f'{kind} list'):
                things = getattr(getattr(self.cloud, service), method)()
                names = [thing.name for thing in things]
                self.journey.own(names, count, kind)


def main(*arguments):
    """Take all steps of a member."""
    stack = Stack(*arguments)
    stack.forget()
    stack.do('CREATE', 'POST', '/stacks', stack.body())
    with stack.journey.step('the other has things, too'):
        stack.journey.meet({})
    stack.look(1)
    stack.do('CHECK', 'POST', f'{stack.path}/actions', {'check': None})
    stack.do('UPDATE', 'PUT', stack.path, stack.body(description='changed'))
    stack.look(1)
    stack.do('DELETE', 'DELETE', stack.path)
    stack.look(0)


if __name__ == '__main__':
    main(*sys.argv[1:])
