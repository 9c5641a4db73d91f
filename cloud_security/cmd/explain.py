"""``cloud-security-manage explain``."""

from typing import Any
from typing import List
from typing import Tuple

from cliff import show

from cloud_security import keystone as keystones
from cloud_security.cmd import manage
from cloud_security.compute import config
from cloud_security.compute import explain

MODES = {
    'enforce': 'enforce',
    'monitor': 'monitor: nothing is hidden, only recorded; this is enforce',
    'off': 'off: nobody is isolated; this is enforce',
}


class Explain(manage.Command, show.ShowOne):
    """Tell what a caller may see and change, and by which rules.

    Without --user, --project and --role, it is whose token Keystone gives
    for OS_AUTH_URL, OS_USERNAME and so on.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the caller and the server."""
        parser = super().get_parser(prog_name)
        config.add_arguments(parser)
        parser.add_argument('--user', metavar='USER', help='id of the caller')
        parser.add_argument(
            '--project', metavar='PROJECT', help='id of his project'
        )
        parser.add_argument(
            '--role',
            action='append',
            metavar='ROLE',
            help='name of a role of his there, also implied ones; repeat it '
            'for more',
        )
        parser.add_argument(
            '--action',
            default='',
            metavar='ACTION',
            help='what he would do, such as reboot, where rules ask for it',
        )
        parser.add_argument(
            'server', nargs='?', metavar='SERVER', help='id of a server'
        )
        return parser

    def take_action(self, parsed_args: Any) -> Tuple[List[str], List[Any]]:
        """Return the names and values of a table."""
        if parsed_args.server == '':
            raise manage.Nonsense('SERVER is empty.')
        caller = self._caller(parsed_args)
        config.load(parsed_args)
        with config.reading():
            found = explain.explain(
                *caller, parsed_args.server or '', parsed_args.action
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
            rows['server'] = parsed_args.server
            rows['owner'] = found.owner
            rows['answer'] = found.answer
            rows['actions'] = found.acts
        if found.asks:
            rows['note'] = (
                'Rules ask what is done. This is GET /servers/{id} and POST '
                '/servers/{id}/action; others can come out otherwise.'
            )
        return list(rows), list(rows.values())

    def _caller(self, parsed_args: Any) -> keystones.Caller:
        given = parsed_args.user, parsed_args.project, parsed_args.role
        if all(given):
            return keystones.Caller(given[0], given[1], tuple(given[2]))
        if any(given):
            raise manage.Nonsense(
                'Give --user, --project and --role, or none of them.'
            )
        keystone = keystones.connect()
        if keystone is None:
            raise manage.Nonsense(
                'Give --user, --project and --role, or set the OS_ variables.'
            )
        return keystone.caller()
