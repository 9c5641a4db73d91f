# SPDX-License-Identifier: Apache-2.0
"""Cinder: operations, controls, holes, and clouds that lack something."""

import json
import os
import pathlib
import re

from cloud_security.probe import catalog
from cloud_security.probe.client import services
from cloud_security.probe.resources import footprint as footprints
from cloud_security.probe.resources import supplies
from cloud_security.probe.resources.volume import volume_stage
from cloud_security.probe.results.summary import Outcome
from cloud_security.probe.verdicts.findings import Verdict
from tests.unit.probe import commands
from tests.unit.probe import runs
from tests.unit.probe.commands import READS
from tests.unit.probe.commands import TWO

VOLUME = catalog.TABLES['volume']
ALL = {one.name for one in VOLUME}
UNTOUCHED = "the owner's volume is untouched"


class VolumeTest(runs.RunTest):
    """A test of Cinder's operations in this process."""

    def run_probe(self, *names, others=(), **kwargs):
        """Return the summary of some operations, of all by default."""
        kwargs.setdefault('choice', supplies.Choice(backup=True))
        return super().run_probe(*(names or ALL), others=others, **kwargs)


class TestCatalog(runs.WholeTable, VolumeTest):
    TABLE = VOLUME
    UNTOUCHED = UNTOUCHED
    SAID = (
        f'in {len(ALL) + 1} operations a member or a reader reached '
        "another member's volumes."
    )

    def test_names_of_all_services_are_unique(self):
        names = [one.name for one in catalog.of(catalog.TABLES)]
        self.assertEqual(sorted({*names}), sorted(names))

    def test_placeholders_have_values(self):
        asked = runs.placeholders(VOLUME)
        stage = self.stage()
        known = stage.values(stage.owner, 'example')
        self.assertEqual(set(), asked - {*known})

    def stage(self):
        """Return a stage with all its parts."""
        accounts = self.members(services.VOLUME)
        stage = volume_stage.VolumeStage(
            *accounts,
            footprints.Footprint(600),
            supplies.Choice(backup=True),
            '3.70',
        )
        stage.supply()
        stage.make()
        return stage

    def test_microversions_are_cinders(self):
        newest = set()
        for operation in VOLUME:
            self.assertEqual('volume', operation.service)
            self.assertRegex(operation.since, r'^3\.\d+$')
            self.assertRegex(operation.until, r'^3\.\d+$')
            newest.add(operation.until)
        self.assertLessEqual({'3.0', '3.70'}, newest)


class TestHoles(VolumeTest):
    """A cloud that leaks one kind of resource alone."""

    def test_each_collection_is_looked_at(self):
        for collection, noun in (
            ('snapshots', 'a snapshot'),
            ('attachments', 'an attachment'),
            ('transfers', 'a transfer'),
            ('groups', 'a group'),
            ('group_snapshots', 'a group snapshot'),
            ('backups', 'a backup'),
            ('messages', 'a message'),
        ):
            self.cloud.cinder.holes = {collection}
            names = {f'show {noun}', f'list {collection}, 3.70'}
            names = {one.replace('group_', 'group ') for one in names}
            summary = self.run_probe(*names)
            leaks = {one.operation for one in summary.leaks}
            self.assertEqual(names, leaks, summary.sentence)

    def test_count_of_all_volumes_is_a_leak(self):
        self.cloud.cinder.counts_all = True
        self.assertEqual(Verdict.OPEN, self.verdict('count all volumes'))
        self.cloud.cinder.counts_all = False
        self.assertEqual(Verdict.CLOSED, self.verdict('count all volumes'))

    def test_count_of_a_hidden_name_is_a_leak(self):
        def hooked(user, method, path, body):
            match = re.search('with_count=True&name=(.*-target)$', path)
            if match and user == 'bob':
                return 200, {'volumes': [], 'count': 1}

        self.cloud.hook = hooked
        self.assertEqual(Verdict.OPEN, self.verdict('count volumes by name'))

    def test_name_in_a_list_is_a_leak(self):
        def hooked(user, method, path, body):
            if user == 'bob' and path.endswith('/volumes/summary'):
                names = [
                    one['name']
                    for one in self.cloud.cinder.things['volumes'].values()
                ]
                return 200, {'volume-summary': {'metadata': names}}

        self.cloud.hook = hooked
        self.assertEqual(Verdict.OPEN, self.verdict('metadata of all volumes'))

    def test_changed_target_was_touched(self):
        def hooked(user, method, path, body):
            if user == 'bob' and path.endswith('/encryption'):
                for volume in self.cloud.cinder.things['volumes'].values():
                    volume['size'] = 9

        self.cloud.hook = hooked
        found = self.verdicts(self.run_probe("read a volume's encryption"))
        self.assertEqual(Verdict.OPEN, found[UNTOUCHED])

    def test_forbidden_instead_of_not_found_tells(self):
        def hooked(user, method, path, body):
            alices = [
                one['id']
                for one in self.cloud.cinder.things['volumes'].values()
                if one['user_id'] == 'alice'
            ]
            if user == 'bob' and any(one in path for one in alices):
                return 403, {'forbidden': {'message': 'Policy.'}}

        self.cloud.hook = hooked
        self.assertEqual(Verdict.TELLS, self.verdict('show a volume'))


class TestReader(VolumeTest):
    """A reader may do little, and must learn nothing."""

    def finding(self, refused):
        """Return the reader's finding about a change.

        :param refused: the IDs to which the reader gets 403
        """

        def hooked(user, method, path, body):
            known = self.cloud.cinder.things['volumes']
            is_known = any(one in path for one in known)
            if (user, method) == ('dan', 'PUT') and refused(is_known):
                return 403, {'forbidden': {'message': 'Policy.'}}

        self.cloud.hook = hooked
        summary = self.run_probe('rename a volume', others=[('reader', 'dan')])
        return next(one for one in summary.findings if one.account == 'reader')

    def test_refusal_of_everything_is_closed(self):
        found = self.finding(lambda is_known: True)
        self.assertEqual(Verdict.CLOSED, found.verdict)
        self.assertIn('role does not allow', found.reason)

    def test_refusal_of_what_exists_tells(self):
        found = self.finding(lambda is_known: is_known)
        self.assertEqual(Verdict.TELLS, found.verdict)

    def test_reader_with_a_role_of_power_is_an_error(self):
        summary = self.run_probe('show a volume', others=[('reader', 'root')])
        self.assertIn('The reader has the role admin', summary.error)


class TestMissing(VolumeTest):
    """A cloud that lacks something: named, and never green."""

    def test_cloud_without_group_types_has_no_verdict_on_groups(self):
        self.cloud.cinder.group_types = []
        summary = self.run_probe()
        self.assertEqual(
            Verdict.INCONCLUSIVE, self.verdicts(summary)['show a group']
        )
        self.assertIn('Not tried: group snapshots, groups.', summary.sentence)
        self.assertEqual(
            Verdict.CLOSED, self.verdicts(summary)['show a volume']
        )

    def test_run_makes_no_backups_unless_it_is_told_to(self):
        summary = self.run_probe(choice=supplies.Choice())
        self.assertIn('Not tried: backups, messages.', summary.sentence)
        self.assertEqual(Outcome.OK, summary.outcome)
        posted = [
            path
            for _, method, path in self.cloud.requests
            if method == 'POST' and path.endswith('/backups')
        ]
        # Cinder refuses a snapshot of another volume, and makes none.
        self.assertEqual(
            Verdict.CLOSED, self.verdicts(summary)['back a snapshot up']
        )
        self.assertGreater(len(posted), 0)
        self.assertEqual({}, self.cloud.cinder.things['backups'])

    def test_old_cinder_skips_what_is_newer(self):
        self.cloud.cinder.newest = '3.50'
        summary = self.run_probe()
        found = self.verdicts(summary)
        self.assertEqual(Verdict.INCONCLUSIVE, found['reimage a volume'])
        self.assertEqual(Verdict.CLOSED, found['list volumes, 3.70'])

    def test_full_quota_is_an_error(self):
        self.once(
            (413, {'overLimit': {'message': 'VolumeLimitExceeded: Quota'}}),
            lambda method, path: method == 'POST' and path[-7:] == 'volumes',
        )
        summary = self.run_probe('show a volume')
        self.assertIn('may not create a volume: VolumeLimit', summary.error)
        self.assertEqual(Outcome.UNKNOWN, summary.outcome)
        self.assert_cloud_is_empty(summary)

    def test_volume_in_error_is_an_error(self):
        def hooked(user, method, path, body):
            for volume in self.cloud.cinder.things['volumes'].values():
                volume['status'] = status

        self.cloud.hook = hooked
        for status in ('error', 'error_extending'):
            summary = self.run_probe('show a volume')
            self.assertIn(f"The owner's volume is {status}.", summary.error)
            self.assert_cloud_is_empty(summary)

    def test_cloud_that_one_cannot_look_at_is_no_verdict(self):
        def forbidden(user, method, path, body):
            if path.partition('?')[0].endswith('/volumes'):
                return 403, {'forbidden': {'message': 'Policy says no.'}}

        def too_old(user, method, path, body):
            if path.endswith('/volume/v3/'):
                version = {'id': 'v3.0', 'version': '3.10'}
                return 200, {'versions': [version]}

        def maintenance(user, method, path, body):
            if path.endswith('/volume/v3/'):
                return 200, b'<html>'

        for hook, words in (
            (forbidden, 'Policy says no'),
            (too_old, 'no version 3.44'),
            (maintenance, 'the response is no JSON'),
        ):
            self.cloud.hook = hook
            summary = self.run_probe(
                'show', 'list servers, 2.1', 'show a volume'
            )
            self.assertEqual({'volume'}, {*summary.unseen})
            self.assertIn('volume: not looked at: ', summary.sentence)
            self.assertIn(words, summary.sentence)
            self.assertIn('No leak in compute: ', summary.sentence)
            self.assertEqual(Outcome.UNKNOWN, summary.outcome)

    def test_core_of_each_service_counts(self):
        summary = self.run_probe('show', 'list volumes with their count')
        self.assertEqual(Outcome.UNKNOWN, summary.outcome)
        summary = self.run_probe('show', 'show a volume')
        self.assertEqual(Outcome.OK, summary.outcome)


class TestCleanup(VolumeTest):
    def test_stranger_or_unmarked_volume_stays(self):
        ended = f'{footprints.PREFIX}-000000-1-1-'
        mark = {footprints.MARK: 'x'}
        for name, user, metadata in (
            (ended + 'example', 'carol', mark),
            (ended + 'example-notes', 'alice', mark),
            (ended + 'offered', 'alice', mark),
            (ended + 'target', 'alice', {}),
            (ended + 'target-offered', 'alice', mark),
            (ended + 'own', 'alice', mark),
        ):
            self.cloud.cinder.things['volumes'][name] = {
                'id': name,
                'name': name,
                'user_id': user,
                'status': 'available',
                'metadata': metadata,
                'volume_id': None,
                'group_id': None,
            }
        self.run_probe('show a volume')
        self.assertEqual(
            {
                ended + 'example',
                ended + 'example-notes',
                ended + 'offered',
                ended + 'target',
            },
            {*self.cloud.cinder.things['volumes']},
        )

    def test_one_failed_list_leaves_nothing(self):
        done = self.once(
            runs.ERROR,
            lambda method, path: (
                'volumes/detail' in path
                and self.cloud.cinder.things['volumes']
            ),
        )
        self.assert_cloud_is_empty(self.run_probe('show a volume'))
        self.assertEqual(1, len(done))

    def test_volume_that_is_attaching_is_deleted(self):
        summary = self.run_probe('reserve a volume')
        self.assertEqual('', summary.error)
        self.assert_cloud_is_empty(summary)
        actions = [path for _, method, path in self.cloud.requests]
        self.assertTrue([one for one in actions if one.endswith('/action')])


class TestAccounts(runs.RunTest):
    def test_root_of_cinders_endpoint_has_no_version_and_project(self):
        for url, root in (
            ('http://h:8776/v3', 'http://h:8776'),
            ('http://h/volume/v3/p', 'http://h/volume'),
            ('http://h/v3/volume/v3/p/', 'http://h/v3/volume'),
        ):
            self.assertEqual(root, services.VOLUME.root(url))

    def test_any_type_of_cinder_in_the_catalog_is_found(self):
        account = self.cloud.account('owner', 'alice')
        for service_type in ('volumev3', 'block-storage', 'volume'):
            self.cloud.catalog = {
                'compute': '/compute/v2.1',
                service_type: '/volume/v3',
            }
            account = self.cloud.account('owner', 'alice')
            self.assertEqual(
                f'{self.cloud.url}/volume', account.at(services.VOLUME).root
            )


class TestCommand(commands.CommandTest):
    def test_service_chooses_what_the_run_looks_at(self):
        for given, absent in (
            (('--service', 'compute'), '/volume/'),
            (('--service', 'volume'), '/servers'),
        ):
            del self.cloud.requests[:]
            code, out, err = self.probe(*READS, *given)
            self.assertEqual((0, ''), (code, err), out)
            self.assertNotIn('not looked at', out)
            paths = [path for _, _, path in self.cloud.requests]
            self.assertEqual([], [one for one in paths if absent in one])
        self.assert_cloud_is_empty()

    def test_cloud_without_cinder_is_not_green(self):
        del self.cloud.catalog['volumev3']
        code, out, err = self.probe(*READS)
        self.assertEqual((3, ''), (code, err), out)
        self.assertIn('No leak in compute, image and network: ', out)
        self.assertIn(
            'volume: not looked at: Keystone knows no endpoint of the volume '
            'service for the owner.',
            out,
        )
        code, out, err = self.probe(*READS, '--service', 'volume')
        self.assertEqual((3, ''), (code, out))
        self.assertIn('volume: not looked at: ', err)
        self.cloud.leaks = True
        self.assertEqual(2, self.probe(*READS)[0])

    def test_table_and_page_group_by_service(self):
        self.cloud.leaks = True
        page = os.path.join(self.cloud.directory, 'page.html')
        out = self.probe(*READS, '--html', page)[1]
        self.assertLess(
            out.index('Nova (compute)\n'), out.index('Cinder (volume)\n')
        )
        text = pathlib.Path(page).read_text()
        for part in (
            '<h3 class="service">Nova <span>',
            '<h3 class="service">Cinder <span>',
            '<h3 class="service">Glance <span>',
            '<th scope="rowgroup" colspan="3">Cinder <span>',
        ):
            self.assertIn(part, text)

    def test_page_names_what_the_run_did_not_look_at(self):
        del self.cloud.catalog['volumev3']
        page = os.path.join(self.cloud.directory, 'page.html')
        self.probe(*READS, '--html', page)
        text = pathlib.Path(page).read_text()
        self.assertIn('<h2>Not looked at</h2>', text)
        self.assertIn('<li>Cinder (volume)<span>Keystone knows no', text)
        said = json.loads(self.probe(*READS, '--format', 'json')[1])
        self.assertEqual(['volume'], [*said['not_looked_at']])
        self.assertEqual('UNKNOWN', said['outcome'])

    def test_finding_has_its_service(self):
        said = json.loads(self.probe(*READS, '--format', 'json')[1])
        self.assertEqual(
            {'compute', 'volume', 'image', 'network'},
            {one['service'] for one in said['findings']},
        )
        self.assertEqual({}, said['not_looked_at'])

    def test_plan_is_that_of_the_service(self):
        out = self.probe('--dry-run', '--service', 'volume')[1]
        for operation in VOLUME:
            self.assertIn(f' {operation.name} ', out)
        self.assertNotIn(' rescue ', out)
        self.assertEqual([], self.cloud.requests)

    def test_stopped_run_names_what_it_did_not_look_at(self):
        self.cloud.delay = 0.05
        code, out, err = self.probe(
            *TWO, '--timeout', '1.5', '--format', 'json'
        )
        self.assertEqual(3, code)
        self.assertEqual(
            dict.fromkeys(
                ('volume', 'image', 'network'), 'The run ended before.'
            ),
            json.loads(out)['not_looked_at'],
        )
