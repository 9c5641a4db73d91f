# SPDX-License-Identifier: Apache-2.0
"""Options of a site's glance-api.conf that would take owners away."""

import os
import pathlib

import fixtures

from cloud_security.image import site_options
from tests.functional.image import cloud

ALL = 'update = @\ndelete = @\n'


class Protected(cloud.Cloud):
    """A Glance with a property_protection_file."""

    PROTECTIONS = ''
    #: Start in spite of what the filter finds.
    IS_CHECKED = True

    def setUp(self):
        if not self.IS_CHECKED:
            self.useFixture(
                fixtures.MonkeyPatch(
                    'cloud_security.image.site_options.unsafe',
                    lambda conf: iter(()),
                )
            )
        super().setUp()

    def start_server(self, *args, **kwargs):
        path = os.path.join(self.test_dir, 'protections.conf')
        pathlib.Path(path).write_text(self.PROTECTIONS)
        self.config(property_protection_file=path)
        self.useFixture(
            fixtures.MonkeyPatch(
                'glance.common.property_utils.CONFIG',
                site_options.protected_properties.configparser.ConfigParser(),
            )
        )
        super().start_server(*args, **kwargs)

    def renamed(self):
        """Let Alice rename an image of hers; return its ID."""
        image_id = self.alice.image()
        response = self.alice.patch(
            f'images/{image_id}',
            {'op': 'replace', 'path': '/name', 'value': 'renamed'},
        )
        self.assertEqual(200, response.status_code, response.text)
        return image_id


class TestOwnerThatMembersMayNotRead(Protected):
    """It is what status and the start of the filter refuse."""

    PROTECTIONS = f'[^user_id$]\ncreate = @\nread = admin\n{ALL}' + (
        f'[.*]\ncreate = @\nread = @\n{ALL}'
    )
    IS_CHECKED = False

    def test_image_that_a_member_makes_or_changes_is_the_projects(self):
        made = self.alice.image(data=None)
        self.assertEqual([made], self.bob.ids())
        self.root.patch(
            f'images/{made}',
            {'op': 'add', 'path': '/user_id', 'value': 'alice'},
        )
        self.assertEqual([], self.bob.ids())
        self.alice.patch(
            f'images/{made}',
            {'op': 'replace', 'path': '/name', 'value': 'renamed'},
        )
        self.assertEqual([made], self.bob.ids())


class TestOwnerThatMembersMayNotCreate(Protected):
    PROTECTIONS = f'[^user_id$]\ncreate = admin\nread = @\n{ALL}' + (
        f'[.*]\ncreate = @\nread = @\n{ALL}'
    )

    def test_members_make_no_images(self):
        response = self.alice.call('POST', 'images', {'name': 'x'})
        self.assertEqual(403, response.status_code)
        self.assertEqual(201, self.root.call('POST', 'images', {}).status_code)


class TestOwnerThatEverybodyMayRead(Protected):
    PROTECTIONS = '[^user_id$]\ncreate = @\nread = @\n' + (
        f'update = admin\ndelete = !\n[.*]\ncreate = @\nread = @\n{ALL}'
    )

    def test_image_stays_its_owners(self):
        image_id = self.renamed()
        self.assertEqual([], self.bob.ids())
        self.assertEqual('alice', self.owner(image_id))


class TestNoRoomForOwners(cloud.Cloud):
    def test_members_make_no_images(self):
        for quota, status in ((0, 413), (1, 201)):
            self.config(image_property_quota=quota)
            response = self.alice.call('POST', 'images', {'name': 'x'})
            self.assertEqual(status, response.status_code, quota)
