# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace ip list``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import look_up
from cloud_security.cmd import name_lookup
from cloud_security.trace import answer as answers
from cloud_security.trace import coverage
from cloud_security.trace import history
from cloud_security.trace import intervals

_OF = {
    'server': history.of_server,
    'user': history.of_user,
    'project': history.of_project,
}


class ListAddresses(look_up.LookUp):
    """List the IP addresses that a server, a user or a project had.

    A user had those of their servers while they owned them, and a project
    those of ports that were in it then.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add what had the addresses."""
        parser = super().get_parser(prog_name)
        group = parser.add_mutually_exclusive_group(required=True)
        for name in _OF:
            group.add_argument(
                f'--{name}',
                type=name_lookup.name_or_id,
                metavar='ID',
                help=f'ID of the {name}',
            )
        return parser

    def look_up(
        self, connection: Any, parsed_args: Any, span: intervals.Span
    ) -> answers.Answer:
        """Return the addresses."""
        [(noun, thing_id)] = [
            (name, getattr(parsed_args, name))
            for name in _OF
            if getattr(parsed_args, name)
        ]
        found = _OF[noun](connection, thing_id, span)
        stranger = None
        if not found and not history.knows(connection, noun, thing_id):
            stranger = (
                f'The history knows no {noun} {thing_id}: --{noun} takes an '
                'ID, not a name.'
            )
        question = answers.Question(
            f'The {noun} {thing_id} had no address',
            f'which addresses the {noun} {thing_id} had',
            stranger,
        )
        covered = coverage.of_owners if noun == 'user' else coverage.of_span
        return answers.Answer(question, span, found, covered(connection, span))
