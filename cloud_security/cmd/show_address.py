# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace ip show``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import look_up
from cloud_security.cmd import manage
from cloud_security.probe.results import atomic_file
from cloud_security.trace import addresses
from cloud_security.trace import answer as answers
from cloud_security.trace import behind
from cloud_security.trace import coverage
from cloud_security.trace import history
from cloud_security.trace import intervals
from cloud_security.trace import timeline


class ShowAddress(look_up.LookUp):
    """Show who had an IP address, and when.

    Without a time, it shows all that is recorded of the address, the newest
    last. Private addresses exist in many networks: --network chooses one.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the address, and what is to be shown of it."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            'address', metavar='ADDRESS', help='of IPv4 or IPv6'
        )
        parser.add_argument(
            '--at',
            metavar='TIME',
            help='show who had it then: 12:00 is a minute, 12:00:00 a second, '
            'a date alone a day; without a zone, in UTC',
        )
        parser.add_argument(
            '--network', metavar='ID', help='ID of the only network to look at'
        )
        parser.add_argument(
            '--port',
            metavar='NUMBER',
            help='leave out forwardings of other ports: 80, 80/tcp',
        )
        parser.add_argument(
            '--behind',
            action='store_true',
            help='of a router, show the servers that it hid behind the '
            'address: each may have been it',
        )
        parser.add_argument(
            '--html', metavar='FILE', help='write a page with a time line, too'
        )
        return parser

    def check(self, parsed_args: Any) -> None:
        """Refuse what is no address, and a file that cannot be written."""
        parsed_args.address = addresses.normalized(parsed_args.address)
        self._port = None
        if parsed_args.port is not None:
            self._port = addresses.port(parsed_args.port)
        if parsed_args.network is not None:
            parsed_args.network = parsed_args.network.strip().lower()
            if not parsed_args.network:
                raise manage.Nonsense('--network: name the ID of a network.')
        if parsed_args.behind and addresses.is_ipv6(parsed_args.address):
            raise manage.Nonsense('--behind: routers hide no IPv6 addresses.')
        if parsed_args.html and not atomic_file.is_writable(parsed_args.html):
            raise manage.Nonsense(f'{parsed_args.html} cannot be written.')

    def look_up(
        self, connection: Any, parsed_args: Any, span: intervals.Span
    ) -> answers.Answer:
        """Return who had the address, or who was behind it."""
        address = parsed_args.address
        network_id = parsed_args.network
        found = history.of_address(
            connection, address, span, network_id, self._port
        )
        if (
            network_id
            and not found
            and not history.knows(connection, 'network', network_id)
        ):
            raise manage.Nonsense(
                f'The history knows no network {network_id}: --network takes '
                'an ID, not a name.'
            )
        asked = address
        if network_id:
            asked += f' on network {network_id}'
        if self._port:
            asked += f' with port {self._port}'
        question = answers.Question(f'Nobody had {asked}', f'who had {asked}')
        if parsed_args.behind:
            question = answers.Question(
                f'No server was hidden behind {asked}',
                f'which servers were hidden behind {asked}',
            )
            if not any(map(behind.is_gateway, found)):
                self.say(f'No gateway of a router is known to have {asked}.')
            found = behind.candidates(connection, found, span)
        elif any(one.is_reserved for one in found):
            found = [one for one in found if not one.is_reserved]
            if not found:
                self.say(f'A floating IP had {asked}, and led to no port.')
        return answers.Answer(
            question, span, found, coverage.of_span(connection, span)
        )

    def keep(self, parsed_args: Any, found: answers.Answer) -> None:
        """Write the page."""
        if parsed_args.html:
            page = timeline.html(parsed_args.address, found)
            # It tells who had an address.
            atomic_file.write(parsed_args.html, page, 0o600)
