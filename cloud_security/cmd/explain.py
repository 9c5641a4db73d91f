# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage explain``."""

from __future__ import annotations

from typing import Any
from typing import Optional

from cliff import show
from oslo_utils import uuidutils

from cloud_security import keystone as keystones
from cloud_security.cmd import manage
from cloud_security.cmd import name_lookup
from cloud_security.cmd import transfer
from cloud_security.compute import config
from cloud_security.compute import explain

MODES = {
    'enforce': 'enforce',
    'monitor': 'monitor: nothing is hidden, only recorded; this is enforce',
    'off': 'off: nobody is isolated; this is enforce',
}


class Explain(manage.Command, show.ShowOne):
    """Show what a caller may see and change, and by which rules.

    Without --user, --project and --role, the caller is the user to whom
    Keystone gives a token for OS_AUTH_URL, OS_USERNAME and so on.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the caller and the server."""
        parser = super().get_parser(prog_name)
        config.add_arguments(parser)
        for name, text in (('user', 'the caller'), ('project', 'the project')):
            parser.add_argument(
                f'--{name}',
                type=transfer.name_or_id,
                metavar=name.upper(),
                help=f'ID of {text}, or name where Keystone can be asked',
            )
        parser.add_argument(
            '--role',
            action='append',
            metavar='ROLE',
            help='name of a role of the caller there, also implied ones; '
            'repeat it for more',
        )
        parser.add_argument(
            '--action',
            default='',
            metavar='ACTION',
            help='such as reboot, where rules ask what the caller does',
        )
        parser.add_argument(
            'server', nargs='?', metavar='SERVER', help='ID of a server'
        )
        return parser

    def take_action(self, parsed_args: Any) -> tuple[list[str], list[Any]]:
        """Return the names and values of a table."""
        server_id = parsed_args.server
        if server_id is not None and not uuidutils.is_uuid_like(server_id):
            raise manage.Nonsense(
                f'{server_id!a} is not the ID of a server: take it from '
                'openstack server list --all-projects.'
            )
        keystone = keystones.connect()
        _check(parsed_args, keystone)
        config.load(parsed_args)
        with config.reading():
            caller = _caller(parsed_args, keystone)
            found = explain.explain(
                caller.user_id,
                caller.project_id,
                caller.roles,
                server_id or '',
                parsed_args.action,
            )
        rows = {
            'mode': MODES[found.mode],
            'user': caller.user_id,
            'project': caller.project_id,
            'roles': ', '.join(caller.roles),
            **found.rules,
            'sees': found.sees,
            'changes': found.changes,
        }
        if server_id:
            rows['server'] = server_id
            rows['owner'] = found.owner
            rows['answer'] = found.answer
            rows['actions'] = found.acts
        notes = []
        if found.asks:
            notes.append(
                'Rules ask what is done. This is GET /servers/{id} and POST '
                '/servers/{id}/action; others can come out otherwise.'
            )
        if keystone is None:
            notes.append(
                'Keystone was not asked whether this user has these roles in '
                'this project: no OS_ variables are set.'
            )
        if notes:
            rows['note'] = ' '.join(notes)
        return list(rows), list(rows.values())


def _check(parsed_args: Any, keystone: Optional[keystones.Keystone]) -> None:
    """Refuse half a caller.

    :raises Nonsense: when arguments are missing
    """
    given = parsed_args.user, parsed_args.project, parsed_args.role
    if all(given):
        return
    if any(given):
        raise manage.Nonsense(
            'Give --user, --project and --role, or none of them.'
        )
    if keystone is None:
        raise manage.Nonsense(
            'Give --user, --project and --role, or set the OS_ variables.'
        )


def _caller(
    parsed_args: Any, keystone: Optional[keystones.Keystone]
) -> keystones.Caller:
    """Return the caller of whom an operator asks.

    :raises Refused: when a user, a project or a role means nobody
    """
    if keystone and not parsed_args.user:
        return keystone.caller()
    for role in parsed_args.role:
        if keystone and not keystone.knows_role(role):
            raise name_lookup.Refused(
                f'Keystone knows no role of the name {role}.'
            )
    user_id, project_id = name_lookup.Names(keystone).caller(
        parsed_args.user, parsed_args.project
    )
    return keystones.Caller(user_id, project_id, tuple(parsed_args.role))
