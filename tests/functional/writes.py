# SPDX-License-Identifier: Apache-2.0
"""Interruptions of a hand-over between its writes."""

import functools

import fixtures


class Between(fixtures.Fixture):
    """Calls something before the first write and after each.

    :param note: called with the number of writes that were done
    :param module: the one that writes, by its functions of some names
    """

    def __init__(self, note, module, *names):
        super().__init__()
        self._note = note
        self._module = module
        self._names = names
        self._done = None

    def _setUp(self):
        for name in self._names:
            write = getattr(self._module, name)
            self.useFixture(
                fixtures.MonkeyPatch(
                    f'{self._module.__name__}.{name}',
                    functools.partial(self._write, write),
                )
            )

    def _write(self, write, *args):
        if self._done is None:
            self._done = 0
            self._note(0)
        answer = write(*args)
        self._done += 1
        self._note(self._done)
        return answer
