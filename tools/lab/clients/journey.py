# SPDX-License-Identifier: Apache-2.0
"""The way of one member through one client, beside another member's.

Both members make their things, wait for each other, look for the other's
things, change and remove their own. A fault ends the process with a line that
names the member, the client and the step.
"""

import contextlib
import json
import pathlib
import sys
import time

#: Begins the names of all things that clients make.
MARK = 'clients-'
#: Seconds that one member waits for the other, and for a thing to get ready.
PATIENCE = 300


class Fault(Exception):
    """A step that does not end as it must."""


class Journey:
    """The steps of a member.

    :ivar mark: begins the names of the member's own things
    """

    def __init__(self, client, member, peer, folder):
        self.client, self.member, self.peer = client, member, peer
        self.folder = pathlib.Path(folder)
        self.mark = f'{MARK}{member}-{client}'

    @contextlib.contextmanager
    def step(self, name):
        """Name a step, in whose body any exception is a fault."""
        started = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001 clients raise any
            self._tell({})
            words = str(error)
            if not isinstance(error, Fault):
                words = f'{type(error).__name__} {words}'
            sys.exit(
                f'{self.member}: {self.client}: step {name!r} failed: {words}'
            )
        seconds = time.monotonic() - started
        print(f'{self.member}: {self.client}: {name} ({seconds:.0f} s)')

    def meet(self, ids):
        """Tell the other member one's IDs, and wait for theirs.

        :param ids: ``{kind: ID}``
        :returns: the other's
        :raises Fault: when the other does not come, or has had a fault
        """
        self._tell({'ids': ids})
        other = self.folder / f'{self.peer}.json'
        self.wait(other.exists, f'{self.peer} to have things, too')
        told = json.loads(other.read_text())
        if 'ids' not in told:
            raise Fault(f'{self.peer} had a fault')
        return told['ids']

    def _tell(self, told):
        """Tell the other member something, or nothing in a fault."""
        unfinished = self.folder / f'{self.member}.unfinished'
        unfinished.write_text(json.dumps(told))
        unfinished.rename(self.folder / f'{self.member}.json')

    def wait(self, condition, what):
        """Ask until something is true.

        :raises Fault: when it does not come true
        """
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise Fault(f'waited {PATIENCE} s for {what}')
            time.sleep(1)

    def same(self, found, wanted, what):
        """Compare.

        :raises Fault: when they differ
        """
        if found != wanted:
            raise Fault(f'{what} is {found!r} instead of {wanted!r}')

    def own(self, names, count, kind):
        """Look at the names in a list: one's own, and none of the other's.

        :raises Fault: when one is missing or foreign
        """
        names = [name for name in names if name]
        theirs = f'{MARK}{self.peer}-'
        foreign = [name for name in names if name.startswith(theirs)]
        self.same(foreign, [], f"{self.peer}'s part of the list of {kind}")
        made = [name for name in names if name.startswith(self.mark)]
        self.same(len(made), count, f'the number of own things, {kind},')
