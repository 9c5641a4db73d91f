# SPDX-License-Identifier: Apache-2.0
"""Private images of others do not exist."""

from tests.functional.image import cloud


class TestLists(cloud.Cloud):
    def test_list_has_own_and_shared_images(self):
        own = self.alice.image()
        of_bob = self.bob.image()
        shared = self.bob.image(visibility='shared')
        self.assertEqual({own, shared}, set(self.alice.ids()))
        self.assertEqual({of_bob, shared}, set(self.bob.ids()))
        self.assertEqual([shared], self.dan.ids())
        for account in (self.carol, self.root):
            self.assertEqual({own, of_bob, shared}, set(account.ids()))
