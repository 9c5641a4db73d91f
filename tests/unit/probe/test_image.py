# SPDX-License-Identifier: Apache-2.0
"""Glance: operations, controls, holes, and clouds that lack something."""

import re

from cloud_security.probe import catalog
from cloud_security.probe.client import services
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources.image import image_stage
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.verdicts.findings import Verdict
from tests.unit.probe import commands
from tests.unit.probe import runs
from tests.unit.probe.commands import READS

IMAGE = catalog.TABLES['image']
ALL = {one.name for one in IMAGE}
UNTOUCHED = "the owner's image is untouched"
SEAMS = {one.name for one in IMAGE if one.asks}


class ImageTest(runs.RunTest):
    """A test of Glance's operations in this process."""

    def run_probe(self, *names, others=(), **kwargs):
        """Return the summary of some operations, of all by default."""
        return super().run_probe(*(names or ALL), others=others, **kwargs)


class TestCatalog(runs.WholeTable, ImageTest):
    TABLE = IMAGE
    UNTOUCHED = UNTOUCHED
    SAID = (
        f'in {len(ALL) + 1} operations a member or a reader reached '
        "another member's images."
    )

    def test_placeholders_have_values(self):
        asked = runs.placeholders(IMAGE)
        accounts = self.members(services.IMAGE)
        stage = image_stage.ImageStage(
            *accounts, footprints.Footprint(600), '2.17'
        )
        stage.supply()
        stage.make()
        known = stage.values(stage.owner, 'example')
        self.assertEqual(set(), asked - {*known})

    def test_operations_are_glances(self):
        self.assertEqual({'image'}, {one.service for one in IMAGE})
        self.assertGreaterEqual(len(IMAGE), 40)


class TestHoles(ImageTest):
    """A cloud that leaks in one way alone."""

    def test_each_way_is_looked_at(self):
        for way, name in (
            ('GET', 'show an image'),
            ('file', 'download an image'),
            ('members', "list an image's members"),
            ('tasks', "list an image's tasks"),
            ('locations', "list an image's locations"),
            ('list', 'list images'),
            ('list', 'list queued images'),
            ('list', 'find an image in a list of IDs'),
            ('list', 'find an image by name'),
            ('list', 'find an image by tag'),
            ('list', 'find an image by a property'),
            ('list', 'find an image by checksum'),
            ('list', 'find an image by hash'),
            ('page', 'page behind an image'),
            ('PATCH', 'rename an image'),
            ('tags', 'add a tag to an image'),
            ('actions', 'deactivate an image'),
            ('stage', 'stage data of a queued image'),
            ('import', 'import over an image'),
            ('DELETE', 'delete a queued image'),
            ('compute', 'show an image through Nova'),
            ('compute', 'list images through Nova'),
            ('compute', 'boot from an image'),
            ('volume', 'make a volume of an image'),
        ):
            self.cloud.glance.holes = {way}
            summary = self.run_probe(name)
            leaks = {one.operation for one in summary.leaks} - {UNTOUCHED}
            self.assertEqual({name}, leaks, summary.sentence)
            self.assert_cloud_is_empty(summary)
            self.cloud.glance.holes = set()
            self.assertEqual(Verdict.CLOSED, self.verdict(name))

    def test_changed_target_was_touched(self):
        def hooked(user, method, path, body):
            if user == 'bob' and path.endswith('/tasks'):
                for image in self.cloud.glance.images.values():
                    image['visibility'] = 'shared'

        self.cloud.hook = hooked
        found = self.verdicts(self.run_probe("list an image's tasks"))
        self.assertEqual(Verdict.OPEN, found[UNTOUCHED])

    def test_refusal_of_every_change_is_closed_for_a_reader(self):
        def hooked(user, method, path, body):
            if (user, method) == ('dan', 'PATCH'):
                return 403, {
                    'message': 'You are not authorized.<br /><br />',
                    'code': '403 Forbidden',
                    'title': 'Forbidden',
                }

        self.cloud.hook = hooked
        summary = self.run_probe('rename an image', others=[('reader', 'dan')])
        self.assertEqual(
            {Verdict.CLOSED}, {*self.verdicts(summary, 'reader').values()}
        )

    def test_refusal_by_a_gateway_is_not_closed_for_a_reader(self):
        def hooked(user, method, path, body):
            if (user, method) == ('dan', 'PATCH'):
                return 403, {'message': 'Forbidden by the gateway.'}

        self.cloud.hook = hooked
        summary = self.run_probe('rename an image', others=[('reader', 'dan')])
        self.assertEqual(
            {Verdict.INCONCLUSIVE},
            {*self.verdicts(summary, 'reader').values()},
        )


class TestMissing(ImageTest):
    """A cloud that lacks something: named, and never green."""

    def test_cloud_without_cinder_has_no_verdict_on_its_volumes(self):
        del self.cloud.catalog['volumev3']
        summary = self.run_probe()
        found = self.verdicts(summary)
        self.assertEqual(
            Verdict.INCONCLUSIVE, found['make a volume of an image']
        )
        self.assertEqual(Verdict.CLOSED, found['boot from an image'])
        self.assertIn('Not tried: images in Cinder.', summary.sentence)

    def test_request_to_nova_goes_to_nova(self):
        self.run_probe(*SEAMS)
        sent = {
            (method, path.partition('?')[0])
            for user, method, path in self.cloud.requests
            if user == 'bob'
        }
        self.assertIn(('POST', '/compute/v2.1/servers'), sent)
        self.assertIn(('GET', '/compute/v2.1/images/detail'), sent)
        self.assertTrue(
            [
                one
                for _, one in sent
                if re.search('/volume/v3/.*/volumes$', one)
            ]
        )

    def test_refused_upload_is_an_error(self):
        self.once(
            (413, {'message': 'Quota', 'code': '413', 'title': 'Too large'}),
            lambda method, path: method == 'PUT' and path.endswith('/file'),
        )
        summary = self.run_probe('show an image')
        self.assertIn('may not create an image: Quota', summary.error)
        self.assertEqual(Outcome.UNKNOWN, summary.outcome)
        self.assert_cloud_is_empty(summary)

    def test_glance_that_one_cannot_look_at_is_no_verdict(self):
        def forbidden(user, method, path, body):
            if path.startswith('/image/v2/images'):
                return 403, {'message': 'No.', 'code': '403', 'title': 'F'}

        def too_old(user, method, path, body):
            if path.endswith('/versions'):
                return 200, {'versions': [{'id': 'v2.5'}, {'id': 'v1.1'}]}

        def maintenance(user, method, path, body):
            if path.endswith('/versions'):
                return 200, b'<html>'

        for hook, words in (
            (forbidden, 'No.'),
            (too_old, 'no version 2.6'),
            (maintenance, 'the response is no JSON'),
        ):
            self.cloud.hook = hook
            summary = self.run_probe(
                'show', 'list servers, 2.1', 'show an image'
            )
            self.assertEqual({'image'}, {*summary.unseen})
            self.assertIn('image: not looked at: ', summary.sentence)
            self.assertIn(words, summary.sentence)
            self.assertEqual(Outcome.UNKNOWN, summary.outcome)

    def test_core_of_glance_counts(self):
        summary = self.run_probe('find an image by ID')
        self.assertEqual(Outcome.UNKNOWN, summary.outcome)
        summary = self.run_probe('show an image')
        self.assertEqual(Outcome.OK, summary.outcome)


class TestCleanup(ImageTest):
    def test_stranger_or_unmarked_image_stays(self):
        ended = f'{footprints.PREFIX}-000000-1-1-'
        marked = {footprints.MARK: 'x', 'probe_user': 'alice'}
        for name, properties in (
            (ended + 'example', {**marked, 'probe_user': 'carol'}),
            (ended + 'example-notes', marked),
            (ended + 'own', {'probe_user': 'alice'}),
            (ended + 'target', marked),
            (ended + 'target-queued', marked),
        ):
            self.cloud.glance.images[name] = {
                'id': name,
                'name': name,
                'tags': [],
                **properties,
            }
        self.run_probe('show an image')
        self.assertEqual(
            {ended + 'example', ended + 'example-notes', ended + 'own'},
            {*self.cloud.glance.images},
        )

    def test_one_failed_list_leaves_nothing(self):
        done = self.once(
            runs.ERROR,
            lambda method, path: (
                'probe_user=' in path and self.cloud.glance.images
            ),
        )
        self.assert_cloud_is_empty(self.run_probe('show an image'))
        self.assertEqual(1, len(done))

    def test_server_that_nova_boots_from_an_image_is_deleted(self):
        made = {
            'id': 's',
            'name': 'x',
            'status': 'ACTIVE',
            'user_id': 'alice',
        }

        def hooked(user, method, path, body):
            if method == 'POST' and path.endswith('/servers'):
                self.cloud.servers['s'] = dict(made, user_id=user)
                return 202, {'server': made}

        self.cloud.hook = hooked
        summary = self.run_probe('boot from an image')
        self.assertNotEqual([], summary.findings)
        self.assert_cloud_is_empty(summary)


class TestCommand(commands.CommandTest):
    def test_service_chooses_glance_alone(self):
        code, out, err = self.probe(*READS, '--service', 'image')
        self.assertEqual((0, ''), (code, err), out)
        paths = [path for _, _, path in self.cloud.requests]
        self.assertEqual([], [one for one in paths if '/servers' in one])
        self.assert_cloud_is_empty()

    def test_cloud_without_glance_is_not_green(self):
        del self.cloud.catalog['image']
        code, out, err = self.probe(*READS)
        self.assertEqual((3, ''), (code, err), out)
        self.assertIn('No leak in compute, volume and network: ', out)
        self.assertIn(
            'image: not looked at: Keystone knows no endpoint of the image '
            'service for the owner.',
            out,
        )
