# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage explain``."""

from __future__ import annotations

from typing import Any
from typing import Optional

from cliff import show
from oslo_utils import uuidutils

from cloud_security import keystone as keystones
from cloud_security.cmd import explanations
from cloud_security.cmd import manage
from cloud_security.cmd import name_lookup
from cloud_security.cmd import service_choice
from cloud_security.deploy import apis
from cloud_security.deploy import config_options

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
        """Add the caller and what the caller asks for."""
        parser = super().get_parser(prog_name)
        service_choice.add_argument(parser)
        config_options.add(parser)
        for name, text in (('user', 'the caller'), ('project', 'the project')):
            parser.add_argument(
                f'--{name}',
                type=name_lookup.name_or_id,
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
            help='such as reboot or os-extend, where rules ask what the '
            'caller does',
        )
        parser.add_argument(
            'server',
            nargs='?',
            metavar='ID',
            help='ID of a server, volume, image, port, floating IP or group',
        )
        return parser

    def take_action(self, parsed_args: Any) -> tuple[list[str], list[Any]]:
        """Return the names and values of a table."""
        chosen = service_choice.chosen(
            parsed_args.service,
            None,
            bool(parsed_args.config_file or parsed_args.config_dir),
        )
        _check_id(parsed_args.server, chosen)
        keystone = keystones.connect()
        _check(parsed_args, keystone)
        if len(chosen) == 1:
            rows = _explained(chosen[0], parsed_args, keystone)
        else:
            rows = explanations.of(chosen, parsed_args)
        return list(rows), list(rows.values())


def _explained(
    api: apis.Api, parsed_args: Any, keystone: Optional[keystones.Keystone]
) -> dict[str, Any]:
    """Return the rows about one service, whose code this process loads."""
    config, explain, known_ids = service_choice.rooms(
        api, 'config', 'explain', 'known_ids'
    )
    config.load(parsed_args)
    with config.reading():
        names = name_lookup.Names(keystone, known_ids, api.name)
        caller = _caller(parsed_args, names)
        found = explain.explain(
            caller.user_id,
            caller.project_id,
            caller.roles,
            parsed_args.server or '',
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
    if parsed_args.server:
        rows[api.thing] = parsed_args.server
        rows['owner'] = found.owner
        rows['answer'] = found.answer
        rows['actions'] = found.acts
    notes = []
    if found.asks:
        notes.append(
            f'Rules ask what is done. This is GET /{api.things}/{{id}} and '
            f'POST /{api.things}/{{id}}/action; others can come out otherwise.'
        )
    if keystone is None:
        notes.append(
            'Keystone was not asked whether this user has these roles in '
            'this project: no OS_ variables are set.'
        )
    if notes:
        rows['note'] = ' '.join(notes)
    return rows


def _check_id(resource_id: Optional[str], chosen: list[apis.Api]) -> None:
    """Refuse what can be no ID.

    :raises Nonsense: when it cannot
    """
    if resource_id is not None and not uuidutils.is_uuid_like(resource_id):
        things = ' or '.join(f'a {api.thing}' for api in chosen)
        lists = ' or '.join(
            f'openstack {api.thing} list --all-projects' for api in chosen
        )
        raise manage.Nonsense(
            f'{resource_id!a} is not the ID of {things}: take it from {lists}.'
        )


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


def _caller(parsed_args: Any, names: name_lookup.Names) -> keystones.Caller:
    """Return the caller of whom an operator asks.

    :raises Refused: when a user, a project or a role means nobody
    """
    keystone = names.keystone
    if keystone and not parsed_args.user:
        return keystone.caller()
    for role in parsed_args.role:
        if keystone and not keystone.knows_role(role):
            raise name_lookup.Refused(
                f'Keystone knows no role of the name {role}.'
            )
    user_id, project_id = names.caller(parsed_args.user, parsed_args.project)
    return keystones.Caller(user_id, project_id, tuple(parsed_args.role))
