"""``cloud-security-manage project hand-over``."""

from typing import Any

from cloud_security.cmd import manage
from cloud_security.cmd import set_owner
from cloud_security.compute import config
from cloud_security.compute import handover


class HandOver(set_owner.HandingOver):
    """Give all servers of one user in a project to another user.

    When it was interrupted, or servers were busy, run it again.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the users and the project."""
        parser = super().get_parser(prog_name)
        for name, metavar, text in (
            ('--from', 'USER', 'id of the user who leaves'),
            ('--to', 'USER', 'id of the new owner'),
            ('--project', 'PROJECT', 'id of the project'),
        ):
            parser.add_argument(
                name,
                dest=name.strip('-') + '_id',
                required=True,
                type=set_owner.user_id,
                metavar=metavar,
                help=text,
            )
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Hand them over."""
        if parsed_args.from_id == parsed_args.to_id:
            raise manage.Nonsense('--from and --to are the same user.')
        config.load(parsed_args)
        config.keep_log()
        with config.reading():
            servers = handover.servers(
                parsed_args.from_id, parsed_args.to_id, parsed_args.project_id
            )
            unfinished = handover.unfinished(
                parsed_args.from_id, parsed_args.project_id
            )
            if not servers and not unfinished:
                self.say('There are no servers to hand over.')
            return self.hand_over(
                servers, parsed_args.to_id, parsed_args.dry_run, unfinished
            )
