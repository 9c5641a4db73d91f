# SPDX-License-Identifier: Apache-2.0
"""Methods that are replaced once, and can be put back."""

import testtools

from cloud_security.network import wrapping


class Plugin:
    def answer(self, context, value=0):
        """Return what Neutron would."""
        return context, value


class Ours(Plugin):
    pass


def around(original, self, context, *args, **kwargs):
    return ('around', *original(self, context, *args, **kwargs))


class TestWrap(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, Plugin, 'answer', Plugin.answer)
        self.addCleanup(wrapping.DONE.clear)

    def test_method_gets_all_arguments(self):
        wrapping.wrap(Plugin, 'answer', around)
        self.assertEqual(('around', 1, 2), Plugin().answer(1, 2))
        self.assertEqual(('around', 1, 3), Plugin().answer(1, value=3))
        self.assertEqual(('around', 1, 0), Plugin().answer(context=1))

    def test_method_keeps_its_name_and_docstring(self):
        wrapping.wrap(Plugin, 'answer', around)
        self.assertEqual('answer', Plugin.answer.__name__)
        self.assertEqual('Return what Neutron would.', Plugin.answer.__doc__)

    def test_method_is_replaced_once(self):
        for _ in range(2):
            wrapping.wrap(Plugin, 'answer', around)
        self.assertEqual(1, len(wrapping.DONE))
        self.assertEqual(('around', 1, 0), Plugin().answer(1))

    def test_method_that_a_class_inherits_stays_in_the_other(self):
        wrapping.wrap(Ours, 'answer', around)
        self.addCleanup(delattr, Ours, 'answer')
        self.assertEqual(('around', 1, 0), Ours().answer(1))
        self.assertEqual((1, 0), Plugin().answer(1))
        self.assertEqual([(Ours, 'answer', None)], wrapping.DONE)

    def test_method_that_is_missing_is_an_error(self):
        self.assertRaises(
            AttributeError, wrapping.wrap, Plugin, 'question', around
        )
        self.assertEqual([], wrapping.DONE)
