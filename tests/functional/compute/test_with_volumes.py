# SPDX-License-Identifier: Apache-2.0
"""Hand-overs of servers with their volumes, which a process of Cinder does."""

import subprocess

import fixtures

from cloud_security.compute import handover
from cloud_security.compute import server_records
from tests.functional import commands
from tests.functional.compute import cloud
from tests.functional.compute import handing_over

DONE = 'Cinder: 1 handed over, 0 stay, 0 refused.\n'


class TestWithVolumes(handing_over.HandOver):
    SET_OWNER = ('server', 'set-owner', '--force', '--with-volumes')
    HAND_OVER = (
        *('project', 'hand-over', '--from', 'alice', '--to', 'bob'),
        *('--project', cloud.PROJECT, '--force', '--with-volumes'),
    )

    def setUp(self):
        super().setUp()
        #: Arguments of each process, and the owner of the server then.
        self.ran = []
        self.answers = []
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.cmd.own_process.run', self.runs
            )
        )

    def runs(self, module, arguments, is_captured):
        self.assertEqual('cloud_security.cmd.manage', module)
        arguments = list(arguments)
        self.ran.append(
            (
                arguments,
                is_captured,
                server_records.server(self.alices_server).owner_id,
            )
        )
        code, out, err = self.answers.pop(0) if self.answers else (0, DONE, '')
        return subprocess.CompletedProcess(arguments, code, out, err)

    def set_owner(self, *arguments):
        return commands.run(
            *self.SET_OWNER, self.alices_server, 'bob', *arguments
        )

    def test_volumes_go_before_the_server(self):
        code, out, err = self.set_owner()
        self.assertEqual(0, code, err)
        arguments = [
            *('volume', 'hand-over', '--from=alice', '--to=bob'),
            f'--project={cloud.PROJECT}',
            f'--server={self.alices_server}',
            '--checked',
        ]
        self.assertEqual(
            [
                ([*arguments, '--dry-run'], True, 'alice'),
                (arguments, False, 'alice'),
            ],
            self.ran,
        )
        self.assert_owned(self.bob, self.alices_server)
        self.assertNotIn(handover.GO_ALONG['volumes'], out)

    def test_ports_go_with_the_volumes_before_the_server(self):
        ports = 'Neutron: 2 handed over, 1 stay, 0 refused.\n'
        for command in (
            (*self.SET_OWNER, self.alices_server, 'bob'),
            self.HAND_OVER,
        ):
            self.answers = [(0, DONE, ''), (0, ports, '')]
            self.answers += [(0, None, None)] * 2
            del self.ran[:]
            code, out, err = commands.run(
                *(*command, '--with-ports', '--neutron-config-file', '/x')
            )
            self.assertEqual(0, code, err)
            self.assertEqual(['alice'] * 4, [owner for *_, owner in self.ran])
            tried, done = self.ran[1][0], self.ran[3][0]
            self.assertEqual([*done, '--dry-run'], tried)
            self.assertEqual(
                [
                    *('network', 'hand-over', '--config-file=/x'),
                    *('--from=alice', '--to=bob'),
                    f'--project={cloud.PROJECT}',
                    f'--server={self.alices_server}',
                ],
                done[:7],
            )
            self.assert_owned(self.bob, self.alices_server)
            self.assertNotIn(handover.GO_ALONG['ports'], out)
            self.give(self.alices_server, 'alice')

    def test_neutron_without_owners_changes_nothing(self):
        why = "cloud-security-manage: Neutron's database has no table x: y.\n"
        for command in (
            (*self.SET_OWNER, self.alices_server, 'bob'),
            self.HAND_OVER,
        ):
            self.answers = [(0, DONE, ''), (1, '', why)]
            del self.ran[:]
            code, out, err = commands.run(*command, '--with-ports')
            self.assertEqual((1, ''), (code, out))
            self.assertEqual(2, len(self.ran))
            self.assertIn('The ports cannot be handed over here (Neutron', err)
            self.assertIn('here without --with-ports', err)
            self.assert_owned(self.alice, self.alices_server)

    def test_without_the_option_volumes_stay(self):
        code, out, err = commands.run(
            *('server', 'set-owner', '--force', self.alices_server, 'bob')
        )
        self.assertEqual(0, code, err)
        self.assertEqual([], self.ran)
        for things in ('volumes', 'images', 'ports'):
            self.assertIn(f'- {handover.GO_ALONG[things]}\n', out)

    def test_files_of_cinder_are_handed_on(self):
        self.set_owner(
            *('--cinder-config-file', '/x/cinder.conf'),
            *('--cinder-config-dir', '/x/cinder.conf.d'),
        )
        for arguments, _, _ in self.ran:
            self.assertIn('--config-file=/x/cinder.conf', arguments)
            self.assertIn('--config-dir=/x/cinder.conf.d', arguments)

    def test_host_without_cinder_changes_nothing(self):
        for command, servers in (
            ((*self.SET_OWNER, self.alices_server, 'bob'), True),
            (self.HAND_OVER, False),
        ):
            self.answers = [
                (1, '', 'cloud-security-manage: python has no package x.\n')
            ]
            del self.ran[:]
            code, out, err = commands.run(*command)
            self.assertEqual((1, ''), (code, out))
            self.assertEqual(1, len(self.ran))
            self.assertIn(
                'The volumes cannot be handed over here (python has no '
                'package x). Nothing was changed.',
                err,
            )
            self.assertIn(
                'cloud-security-manage volume hand-over --from=alice --to=bob '
                f'--project={cloud.PROJECT}',
                err,
            )
            self.assertEqual(servers, f'--server={self.alices_server}' in err)
            self.assertIn('here without --with-volumes', err)
            self.assert_owned(self.alice, self.alices_server)

    def test_volume_that_is_refused_keeps_the_server(self):
        refused = (1, 'Cinder: 0 handed over, 0 stay, 1 refused.\n', 'busy\n')
        for answers, count in (([refused], 1), ([(0, DONE, ''), refused], 2)):
            self.answers = list(answers)
            del self.ran[:]
            code, out, err = self.set_owner()
            self.assertEqual(1, code)
            self.assertEqual(count, len(self.ran))
            self.assertIn('The server keeps its owner', err)
            self.assert_owned(self.alice, self.alices_server)
        self.assertEqual(0, self.set_owner()[0])
        self.assert_owned(self.bob, self.alices_server)

    def test_volumes_of_a_busy_server_stay(self):
        self.writes_server(self.alices_server, task_state='rebooting')
        code, out, err = self.set_owner()
        self.assertEqual(1, code)
        self.assertIn('A task is running on it', err)
        self.assertEqual([], self.ran)

    def test_process_that_ends_early_keeps_the_server(self):
        for early in (-9, 255):
            self.answers = [(0, DONE, ''), (early, None, None)]
            code, out, err = self.set_owner()
            self.assertEqual(1, code)
            self.assertIn(f'ended early, with exit code {early}', err)
            self.assert_owned(self.alice, self.alices_server)
        self.answers = [(0, DONE, ''), (130, None, None)]
        self.assertEqual(130, self.set_owner()[0])
        self.assert_owned(self.alice, self.alices_server)

    def test_after_an_interruption_the_former_owner_is_known(self):
        def stop(count):
            raise handing_over.Boom

        with self.between_writes(stop):
            self.assertEqual(1, self.set_owner()[0])
        del self.ran[:]
        self.assertEqual(0, self.set_owner()[0])
        self.assertIn('--from=alice', self.ran[0][0])
        self.assert_owned(self.bob, self.alices_server)

    def test_server_that_has_the_new_owner_asks_for_the_former_one(self):
        self.give(self.alices_server)
        code, out, err = self.set_owner()
        self.assertEqual(0, code, err)
        self.assertEqual([], self.ran)
        self.assertIn(
            'cloud-security-manage volume hand-over --from USER --to bob '
            f'--project {cloud.PROJECT} --server {self.alices_server}',
            out,
        )

    def test_dry_run_shows_both_and_changes_nothing(self):
        for command in (
            (*self.SET_OWNER, self.alices_server, 'bob'),
            self.HAND_OVER,
        ):
            del self.ran[:]
            code, out, err = commands.run(*command, '--dry-run')
            self.assertEqual(0, code, err)
            [(arguments, is_captured, _)] = self.ran
            self.assertIn('--dry-run', arguments)
            self.assertIn(DONE, out)
            self.assertIn('would be handed over by alice\n', out)
            self.assert_owned(self.alice, self.alices_server)

    def test_project_goes_with_all_volumes_but_those_of_busy_servers(self):
        busy, made = self.boot(self.alice), self.boot(self.alice)
        self.other_services.settle()
        self.writes_server(busy, task_state='rebooting')
        cloud.map_server(made, cell_id=None)
        self.answers = [(1, DONE, 'one is refused\n'), (1, None, None)]
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual(1, code)
        self.assertEqual(
            [
                *('volume', 'hand-over', '--from=alice', '--to=bob'),
                f'--project={cloud.PROJECT}',
                f'--server={self.alices_server}',
                *('--all', f'--staying-server={made}'),
                *(f'--staying-server={busy}', '--checked'),
            ],
            self.ran[1][0],
        )
        self.assert_owned(self.bob, self.alices_server)
        self.assert_owned(self.alice, busy)

    def test_refused_volumes_alone_make_the_project_exit_with_1(self):
        self.answers = [(1, DONE, 'one is refused\n'), (1, None, None)]
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual(1, code)
        self.assert_owned(self.bob, self.alices_server)

    def test_user_without_servers_can_have_volumes(self):
        self.give(self.alices_server)
        code, out, err = commands.run(*self.HAND_OVER)
        self.assertEqual(0, code, err)
        self.assertIn('There are no servers to hand over.', out)
        self.assertIn('--all', self.ran[1][0])
