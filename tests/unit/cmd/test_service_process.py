# SPDX-License-Identifier: Apache-2.0
"""Processes that hand things over, and what becomes of their output."""

import io
import subprocess
import types

import fixtures
import testtools

from cloud_security.cmd import companions
from cloud_security.cmd import service_process

SUMMARY = 'Cinder: 2 handed over, 0 stay, 0 refused.\n'
BOTH = (companions.VOLUMES, companions.IMAGES)
USERS = service_process.Users('alice', 'bob', 'p')


class TestServiceProcess(testtools.TestCase):
    def hand_over(
        self,
        *answers,
        is_all=False,
        is_dry_run=False,
        going=('s',),
        rooms=(companions.VOLUMES,),
    ):
        """Run it with processes that end like this; return the exit code."""
        self.ran = []
        left = list(answers)

        def run(module, arguments, is_captured):
            self.ran.append((list(arguments), is_captured))
            return subprocess.CompletedProcess(arguments, *left.pop(0))

        self.useFixture(
            fixtures.MonkeyPatch('cloud_security.cmd.own_process.run', run)
        )
        self.app = types.SimpleNamespace(
            stdout=io.StringIO(), stderr=io.StringIO()
        )
        parsed_args = types.SimpleNamespace(
            dry_run=is_dry_run,
            cinder_config_file=[],
            cinder_config_dir=[],
            glance_config_file=['/g'],
            glance_config_dir=[],
            neutron_config_file=['/n'],
            neutron_config_dir=[],
        )
        processes = [
            service_process.ServiceProcess(
                room, self.app, parsed_args, USERS, is_all
            )
            for room in rooms
        ]
        return service_process.hand_over(processes, list(going), ['t'])

    def test_output_without_a_summary_is_no_success(self):
        for answer in (
            (0, '', ''),
            (1, '', ''),
            (0, 'Something else\n', ''),
            (0, f'{SUMMARY}More\n', ''),
            (2, SUMMARY, ''),
            (255, SUMMARY, ''),
            (-9, SUMMARY, ''),
        ):
            for is_all in (False, True):
                error = self.assertRaises(
                    service_process.Unable,
                    self.hand_over,
                    answer,
                    is_all=is_all,
                )
                self.assertIn(f'(exit code {answer[0]})', str(error))
                self.assertIn('Nothing was changed', str(error))
                self.assertEqual(1, len(self.ran))

    def test_reason_and_command_are_told(self):
        said = 'x\ncloud-security-manage: no cinder.conf: name it.\n'
        error = self.assertRaises(
            service_process.Unable, self.hand_over, (1, '', said)
        )
        self.assertIn('(no cinder.conf: name it)', str(error))
        self.assertIn(
            'run cloud-security-manage volume hand-over --from=alice '
            '--to=bob --project=p --server=s, and then',
            str(error),
        )

    def test_dry_run_shows_what_the_process_said(self):
        code = self.hand_over((1, SUMMARY, 'busy\n'), is_dry_run=True)
        self.assertEqual(1, code)
        self.assertEqual(SUMMARY, self.app.stdout.getvalue())
        self.assertEqual('busy\n', self.app.stderr.getvalue())
        [(arguments, is_captured)] = self.ran
        self.assertIn('--dry-run', arguments)
        self.assertTrue(is_captured)

    def test_second_process_writes_to_the_terminal(self):
        self.assertEqual(0, self.hand_over((0, SUMMARY, ''), (0, None, None)))
        (tried, is_captured), (done, is_done_captured) = self.ran
        self.assertEqual([*done, '--dry-run'], tried)
        self.assertEqual((True, False), (is_captured, is_done_captured))
        self.assertEqual('', self.app.stdout.getvalue())

    def test_process_is_not_run_without_a_server_that_goes(self):
        self.assertEqual(0, self.hand_over(going=()))
        self.assertEqual([], self.ran)

    def test_all_of_a_user_needs_no_server(self):
        code = self.hand_over(
            (0, SUMMARY, ''), (0, None, None), going=(), is_all=True
        )
        self.assertEqual(0, code)
        self.assertIn('--all', self.ran[1][0])
        self.assertIn('--staying-server=t', self.ran[1][0])

    def test_images_go_as_volumes_do(self):
        said = 'Glance: 1 handed over, 0 stay, 0 refused.\n'
        code = self.hand_over(
            (0, said, ''), (0, None, None), rooms=(companions.IMAGES,)
        )
        self.assertEqual(0, code)
        self.assertEqual(
            ['image', 'hand-over', '--config-file=/g'], self.ran[1][0][:3]
        )
        self.assertIn('--server=s', self.ran[1][0])

    def test_ports_go_as_volumes_do(self):
        said = 'Neutron: 1 handed over, 0 stay, 0 refused.\n'
        code = self.hand_over(
            (0, said, ''), (0, None, None), rooms=(companions.PORTS,)
        )
        self.assertEqual(0, code)
        self.assertEqual(
            ['network', 'hand-over', '--config-file=/n'], self.ran[1][0][:3]
        )
        self.assertIn('--server=s', self.ran[1][0])

    def test_everything_stays_where_neutron_is_not_isolated(self):
        said = "Neutron's database has no table x: run neutron-db-manage y."
        error = self.assertRaises(
            service_process.Unable,
            self.hand_over,
            (0, SUMMARY, ''),
            (1, '', f'cloud-security-manage: {said}\n'),
            rooms=(companions.VOLUMES, companions.PORTS),
        )
        self.assertIn('The ports cannot be handed over here', str(error))
        self.assertIn(f'({said.rstrip(".")}). Nothing was', str(error))
        self.assertIn('network hand-over --from=alice', str(error))
        self.assertIn('without --with-ports', str(error))
        for arguments, _ in self.ran:
            self.assertIn('--dry-run', arguments)

    def test_volumes_stay_where_images_cannot_go(self):
        error = self.assertRaises(
            service_process.Unable,
            self.hand_over,
            (0, SUMMARY, ''),
            (1, '', 'x\ncloud-security-manage: no package glance.\n'),
            is_all=True,
            rooms=BOTH,
        )
        self.assertIn('The images cannot be handed over here', str(error))
        self.assertIn('without --with-images', str(error))
        for arguments, _ in self.ran:
            self.assertIn('--dry-run', arguments)

    def test_one_refusal_is_the_result(self):
        images = 'Glance: 0 handed over, 0 stay, 1 refused.\n'
        code = self.hand_over(
            (0, SUMMARY, ''),
            (1, images, 'busy\n'),
            (0, None, None),
            (1, None, None),
            is_all=True,
            rooms=BOTH,
        )
        self.assertEqual(1, code)
        self.assertEqual(4, len(self.ran))

    def test_images_of_a_server_stay_with_its_volumes(self):
        images = 'Glance: 1 handed over, 0 stay, 0 refused.\n'
        code = self.hand_over(
            (1, SUMMARY, 'busy\n'),
            (0, images, ''),
            rooms=BOTH,
        )
        self.assertEqual(1, code)
        self.assertEqual(2, len(self.ran))
        self.assertEqual('busy\n', self.app.stderr.getvalue())


class TestChosen(testtools.TestCase):
    """--with-all takes what the host has, and hides no service."""

    def chosen(self, there, **options):
        """Return the names of services, what is told, and the options."""
        app = types.SimpleNamespace(stderr=io.StringIO())
        parsed_args = types.SimpleNamespace(
            with_all=True, with_volumes=False, with_images=False
        )
        parsed_args.with_ports = False
        for service in companions.COMPANIONS:
            for kind in ('file', 'dir'):
                name = f'{service.name.lower()}_config_{kind}'
                setattr(parsed_args, name, options.get(name, []))
        vars(parsed_args).update(options)
        self.useFixture(
            fixtures.MonkeyPatch(
                'cloud_security.cmd.companions.hosts.Host',
                lambda api: types.SimpleNamespace(
                    loading=types.SimpleNamespace(
                        is_there=lambda: api.name in there
                    )
                ),
            )
        )
        found = companions.chosen(parsed_args, app)
        return (
            [one.name for one in found],
            app.stderr.getvalue(),
            parsed_args,
        )

    def test_all_services_of_the_host_go_along(self):
        names, said, parsed_args = self.chosen(('Cinder', 'Glance', 'Neutron'))
        self.assertEqual((['Cinder', 'Glance', 'Neutron'], ''), (names, said))
        self.assertTrue(parsed_args.with_volumes)
        self.assertTrue(parsed_args.with_images)
        self.assertTrue(parsed_args.with_ports)

    def test_service_elsewhere_is_named(self):
        names, said, parsed_args = self.chosen(('Cinder',))
        self.assertEqual(['Cinder'], names)
        self.assertIn('Glance is not on this host', said)
        self.assertIn('cloud-security-manage network hand-over', said)
        self.assertFalse(parsed_args.with_images)

    def test_files_that_are_named_are_of_a_service_that_is_there(self):
        names, said, _ = self.chosen((), glance_config_dir=['/g'])
        self.assertEqual(['Glance'], names)
        self.assertNotIn('Glance', said)

    def test_without_the_option_each_service_is_asked_for(self):
        names, said, _ = self.chosen(
            ('Cinder', 'Glance'), with_all=False, with_images=True
        )
        self.assertEqual((['Glance'], ''), (names, said))
