# SPDX-License-Identifier: Apache-2.0
"""Look-ups in histories that are written down, and in random ones."""

import testtools

from cloud_security.trace import addresses
from cloud_security.trace import columns
from cloud_security.trace import history
from tests.unit.trace import records
from tests.unit.trace import seeds
from tests.unit.trace import worlds

ROUNDS = 3


class History(testtools.TestCase):
    def setUp(self):
        super().setUp()
        self.records = self.useFixture(records.Records())
        self.connection = self.records.connection

    def of_address(self, address, span=None, **options):
        return history.of_address(
            self.connection, address, span or records.span(), **options
        )

    def shown(self, holdings, *names):
        """Return some columns, times as seconds of the test."""
        return [
            tuple(columns.values(one)[name] for name in names)
            for one in holdings
        ]


class TestHistory(History):
    def setUp(self):
        super().setUp()
        self.records.port('p', 0, 100, device_id='web')
        self.records.port('p', 100, device_id='db')
        self.records.owner('web', 'alice', 0, 50)
        self.records.owner('web', 'bob', 50)
        self.records.fixed('10.0.0.5', 'p', 10, 200, begin_user_id='booter')

    def test_holding_is_cut_by_device_and_owner(self):
        self.assertEqual(
            [
                ('2026-01-01T00:00:10Z', '2026-01-01T00:00:50Z')
                + ('web', 'alice', 'alice name', 'booter'),
                ('2026-01-01T00:00:50Z', '2026-01-01T00:01:40Z')
                + ('web', 'bob', 'bob name', None),
                ('2026-01-01T00:01:40Z', '2026-01-01T00:03:20Z')
                + ('db', None, None, None),
            ],
            self.shown(
                self.of_address('10.0.0.5'),
                *('From', 'To', 'Server', 'User', 'User Name', 'By'),
            ),
        )

    def test_instant_is_in_one_half_open_interval(self):
        for second, expected in (
            (9, []),
            (10, ['alice']),
            (49, ['alice']),
            (50, ['bob']),
            (100, [None]),
            (199, [None]),
            (200, []),
        ):
            found = self.of_address('10.0.0.5', records.instant(second))
            self.assertEqual(
                expected, [user for (user,) in self.shown(found, 'User')]
            )

    def test_window_has_all_that_meet_it_in_whole(self):
        found = self.of_address('10.0.0.5', records.span(49, 51))
        self.assertEqual(
            [('2026-01-01T00:00:10Z',), ('2026-01-01T00:00:50Z',)],
            self.shown(found, 'From'),
        )
        found = self.of_address('10.0.0.5', records.span(end=11))
        self.assertEqual([('alice',)], self.shown(found, 'User'))
        found = self.of_address('10.0.0.5', records.span(begin=199))
        self.assertEqual([('db',)], self.shown(found, 'Server'))

    def test_begin_of_the_device_has_the_user_who_made_it(self):
        self.records.port('q', 5, begin_user_id='maker', device_id='app')
        self.records.fixed('10.0.0.6', 'q', 2, begin_user_id='booter')
        self.assertEqual(
            [(None, 'booter'), ('app', 'maker')],
            self.shown(self.of_address('10.0.0.6'), 'Server', 'By'),
        )

    def test_begin_of_a_server_has_the_user_who_made_its_port(self):
        nova = {'device_id': 'new', 'device_owner': ''}
        for begin, end, more in (
            (20, 21, {**nova, 'begin_user_id': 'alice'}),
            (21, 30, {'device_id': 'new', 'begin_user_id': 'nova'}),
            (30, None, {'device_id': 'other', 'begin_user_id': 'bob'}),
        ):
            self.records.port('n', begin, end, **more)
        self.records.fixed('10.0.0.7', 'n', 20, begin_user_id='alice')
        self.assertEqual(
            [(None, 'alice'), ('new', 'alice'), ('other', 'bob')],
            self.shown(self.of_address('10.0.0.7'), 'Server', 'By'),
        )
        [first, *_] = self.shown(self.of_address('10.0.0.7'), 'Detail')
        self.assertIn('on new', first[0])

    def test_end_has_the_user_and_the_request(self):
        self.records.fixed(
            '10.0.0.8', 'p', 10, 20, end_user_id='eve', end_request_id='req-9'
        )
        self.assertEqual(
            [('eve', 'req-9')],
            self.shown(self.of_address('10.0.0.8'), 'Ended By', 'End Request'),
        )

    def test_interval_that_ends_before_it_begins_breaks_no_look_up(self):
        self.records.fixed('10.0.0.9', 'p', 60, 59)
        for span in (None, records.span(0, 100), records.instant(60)):
            for found in (
                self.of_address('10.0.0.9', span),
                history.of_server(self.connection, 'web', records.span()),
            ):
                for one in found:
                    self.assertLessEqual(one.fact.begin, one.fact.end)

    def test_floating_ip_leads_to_an_inner_address(self):
        self.records.history(
            'floating',
            20,
            30,
            address='192.0.2.1',
            network_id='ext',
            object_id='fip',
            port_id='p',
            fixed_ip='10.0.0.5',
        )
        self.assertEqual(
            [('floating', '192.0.2.1', '10.0.0.5', 'web', 'ext')],
            self.shown(
                self.of_address('192.0.2.1'),
                *('Kind', 'Address', 'Inner Address', 'Server', 'Network'),
            ),
        )

    def test_port_narrows_forwardings_alone(self):
        for kind, detail in (
            ('forward', 'tcp:80-89>8080-8089'),
            ('forward', 'udp:53-53>53-53'),
            ('floating', None),
        ):
            self.records.history(
                kind,
                20,
                address='192.0.2.1',
                port_id='p',
                fixed_ip='10.0.0.5',
                detail=detail,
            )
        for text, expected in (
            ('85', {'floating', 'tcp'}),
            ('53', {'floating', 'udp'}),
            ('53/tcp', {'floating'}),
        ):
            found = self.of_address(
                '192.0.2.1', records.instant(30), port=addresses.port(text)
            )
            self.assertEqual(
                expected,
                {
                    (one.row.detail or one.row.kind)[:8].split(':')[0]
                    for one in found
                },
            )

    def test_network_chooses_one_of_equal_addresses(self):
        self.records.fixed('10.0.0.5', 'other', 10, network_id='net2')
        self.assertEqual(4, len(self.of_address('10.0.0.5')))
        [one] = self.of_address('10.0.0.5', network_id='net2')
        self.assertEqual(
            'port not recorded then', columns.values(one)['Detail']
        )

    def test_pair_of_a_range_allows_the_address(self):
        for address in (
            '10.0.0.0/24',
            '10.1.0.0/24',
            '0.0.0.0/0',
            'FD00:0::1',
        ):
            self.records.history(
                'pair', 20, address=address, port_id='p', detail='mac'
            )
        found = self.of_address('10.0.0.9')
        self.assertEqual(
            {('pair', '0.0.0.0/0'), ('pair', '10.0.0.0/24')},
            set(self.shown(found, 'Kind', 'Address')),
        )
        self.assertEqual(
            {('FD00:0::1',)},
            set(self.shown(self.of_address('fd00::1'), 'Address')),
        )
        self.assertEqual([], self.of_address('fd00::2'))

    def test_begin_that_nobody_saw_is_not_exact(self):
        self.records.port('q', 50, after=20, device_id='app')
        self.records.fixed('10.0.0.7', 'q', 50, after=30)
        self.records.owner('app', 'eve', 90, after=0)
        [one] = self.of_address('10.0.0.7')
        self.assertEqual(
            [('2026-01-01T00:00:50Z', 'app', 'eve', 'no')],
            self.shown([one], 'From', 'Server', 'User', 'Exact'),
        )
        self.assertIn(
            'began after 2026-01-01T00:00:30Z', columns.values(one)['Detail']
        )
        for second, is_found in ((29, False), (30, True), (49, True)):
            found = self.of_address('10.0.0.7', records.instant(second))
            self.assertEqual(is_found, bool(found), second)

    def test_end_that_nobody_saw_is_not_exact(self):
        self.records.port('q', 0, 60, device_id='app')
        self.records.port('q', 60, after=40, device_id='other')
        self.records.fixed('10.0.0.7', 'q', 0, 90, end_after=70)
        found = self.of_address('10.0.0.7')
        self.assertEqual(
            [('app', 'no'), ('other', 'no')],
            self.shown(found, 'Server', 'Exact'),
        )
        first, last = (columns.values(one)['Detail'] for one in found)
        self.assertNotIn('ended after', first)
        self.assertIn('ended after 2026-01-01T00:01:10Z', last)
        for second, expected in ((69, True), (70, False), (89, False)):
            [one] = self.of_address('10.0.0.7', records.instant(second))
            self.assertEqual(
                expected, bool(one.fact.sure.meet(records.instant(second)))
            )
        self.assertEqual([], self.of_address('10.0.0.7', records.instant(90)))

    def test_unseen_end_of_the_port_leaves_both_devices_possible(self):
        self.records.port('q', 0, 60, end_after=40, device_id='app')
        self.records.port('q', 60, after=40, device_id='other')
        self.records.fixed('10.0.0.7', 'q', 0)
        for second, expected, is_sure in (
            (39, ['app'], True),
            (40, ['app', 'other'], False),
            (59, ['app', 'other'], False),
            (60, ['other'], True),
        ):
            span = records.instant(second)
            found = self.of_address('10.0.0.7', span)
            self.assertEqual(expected, [one.server_id for one in found])
            self.assertEqual(
                is_sure, any(one.fact.sure.meet(span) for one in found)
            )

    def test_server_stays_one_where_a_user_names_another_device_owner(self):
        server = '12345678-1234-1234-1234-123456789012'
        stranger = '12345678-1234-1234-1234-123456789013'
        self.records.owner(server, 'eve', 0)
        for number, device in enumerate((server, stranger)):
            self.records.port(
                f'q{number}', 0, device_id=device, device_owner='x:y'
            )
            self.records.fixed(f'10.0.1.{number}', f'q{number}', 0)
        self.assertEqual(
            [(server, 'eve', 'fa:16:3e:00:00:01, x:y')],
            self.shown(
                self.of_address('10.0.1.0'), 'Server', 'User', 'Detail'
            ),
        )
        self.assertEqual(
            [(None, f'fa:16:3e:00:00:01, x:y {stranger}')],
            self.shown(self.of_address('10.0.1.1'), 'Server', 'Detail'),
        )
        span = records.span()
        for found in (
            history.of_server(self.connection, server, span),
            history.of_user(self.connection, 'eve', span),
        ):
            self.assertEqual([('10.0.1.0',)], self.shown(found, 'Address'))
        self.assertEqual(
            [('10.0.1.1',)],
            self.shown(
                history.of_server(self.connection, stranger, span), 'Address'
            ),
        )

    def test_owner_whom_sync_found_first_booted_the_server(self):
        for source, expected in (
            ('sync', ['eve']),
            ('set-owner', [None, 'eve']),
        ):
            self.records.port(source, 50, device_id=f'app-{source}')
            self.records.fixed(f'{source} address', source, 50)
            self.records.owner(f'app-{source}', 'eve', 53, source=source)
            found = self.of_address(f'{source} address')
            self.assertEqual(
                expected, [user for (user,) in self.shown(found, 'User')]
            )

    def test_port_that_enforces_no_addresses_says_so(self):
        self.records.port(
            'q', 0, device_id='app', detail='addresses not enforced'
        )
        self.records.fixed('10.0.0.8', 'q', 0)
        [one] = self.of_address('10.0.0.8')
        self.assertEqual(
            'fa:16:3e:00:00:01, addresses not enforced',
            columns.values(one)['Detail'],
        )

    def test_lists_have_what_was_theirs_then(self):
        span = records.span()
        for found, expected in (
            (history.of_server(self.connection, 'web', span), ['web', 'web']),
            (history.of_server(self.connection, 'WEB', span), []),
            (history.of_user(self.connection, 'bob', span), ['web']),
            (
                history.of_project(self.connection, 'project', span),
                [*('web', 'web', 'db')],
            ),
            (history.of_project(self.connection, 'x', span), []),
            (
                history.of_user(self.connection, 'bob', records.span(end=50)),
                [],
            ),
        ):
            self.assertEqual(expected, [one.server_id for one in found])

    def test_history_knows_ids_that_it_has(self):
        for noun, thing in (
            ('server', 'web'),
            ('user', 'alice'),
            ('project', 'project'),
            ('network', 'net'),
        ):
            self.assertTrue(history.knows(self.connection, noun, thing))
            self.assertFalse(history.knows(self.connection, noun, 'x'))


class TestRandom(testtools.TestCase):
    def test_look_ups_are_those_of_an_oracle(self):
        seed = seeds.seed_of(self)
        for number in range(ROUNDS):
            found = self.useFixture(records.Records())
            world = worlds.World(seed + number, found)
            connection = found.connection
            for second, span in worlds.instants(3):
                held = list(world.held(second))
                for address in worlds.FIXED + worlds.OUTER:
                    self.assertCountEqual(
                        [one for one in held if one[1] == address],
                        [
                            (one.row.kind, address, *self.whose(one))
                            for one in history.of_address(
                                connection, address, span
                            )
                        ],
                        (number, second),
                    )
                for place, values, look_up in (
                    (3, worlds.SERVERS, history.of_server),
                    (5, worlds.USERS, history.of_user),
                ):
                    for value in values:
                        self.assertEqual(
                            {
                                (one[0], *one[2:])
                                for one in held
                                if one[place] == value
                            },
                            {
                                (one.row.kind, *self.whose(one))
                                for one in look_up(connection, value, span)
                            },
                            (number, second, value),
                        )

    def whose(self, one):
        return (
            one.row.port_id,
            one.port and one.port.device_id,
            one.server_id,
            one.owner and one.owner.user_id,
        )
