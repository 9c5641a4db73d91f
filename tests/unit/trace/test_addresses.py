# SPDX-License-Identifier: Apache-2.0
"""Addresses and ports, in all spellings."""

import testtools

from cloud_security.trace import addresses


class TestAddresses(testtools.TestCase):
    def test_address_is_as_neutron_writes_it(self):
        for text, expected in (
            (' 192.0.2.1 ', '192.0.2.1'),
            ('2001:DB8:0:0::1', '2001:db8::1'),
            ('[2001:db8::1]', '2001:db8::1'),
            ('fe80::1%eth0', 'fe80::1'),
            ('::ffff:192.0.2.1', '192.0.2.1'),
        ):
            self.assertEqual(expected, addresses.normalized(text))

    def test_text_that_is_no_address_is_refused(self):
        for text in ('', 'x', '192.0.2.1/24', '192.0.2.1:80', '192.0.2'):
            error = self.assertRaises(
                addresses.NoAddress, addresses.normalized, text
            )
            self.assertIn(f'{text!r} is no IP address', str(error))

    def test_range_holds_addresses_of_its_version(self):
        for text in ('192.0.2.0/24', '192.0.2.9/24', '192.0.2.1', '0.0.0.0/0'):
            self.assertTrue(addresses.is_within('192.0.2.1', text), text)
        for text in ('192.0.3.0/24', '::/0', 'x', ''):
            self.assertFalse(addresses.is_within('192.0.2.1', text), text)
        self.assertTrue(addresses.is_within('2001:db8::1', '2001:DB8:0::0:1'))

    def test_port_is_forwarded_by_range_and_protocol(self):
        for text, detail, expected in (
            ('80', 'tcp:80-80>8080-8080', True),
            ('80/tcp', 'tcp:80-80>8080-8080', True),
            ('80/SCTP', 'sctp:80-80>80-80', True),
            ('80/TCP', 'tcp:70-90>70-90', True),
            ('80/udp', 'tcp:80-80>8080-8080', False),
            ('8080', 'tcp:80-80>8080-8080', False),
            ('80', None, False),
            ('80', 'fa:16:3e:00:00:01', False),
        ):
            port = addresses.port(text)
            self.assertEqual(expected, port.is_forwarded(detail), text)

    def test_text_that_is_no_port_is_refused(self):
        for text in ('', '0', '65536', 'http', '80/', '-1', '80/tpc'):
            self.assertRaises(addresses.NoAddress, addresses.port, text)
