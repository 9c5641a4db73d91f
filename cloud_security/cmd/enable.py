"""``cloud-security-manage enable``."""

import abc
from typing import Any
from typing import List

from cloud_security.cmd import manage
from cloud_security.deploy import file_changes
from cloud_security.deploy import host as hosts

RESTART = (
    "Restart Nova's API on this host, and nothing else: httpd, uwsgi or "
    'openstack-nova-api, whichever runs it.'
)
UNTIL = (
    'Do it now: until then the new rules refuse members with 403. '
    'cloud-security-status upgrade check tells whether all is in place.'
)


class Change(manage.Command):
    """Does the steps that a Host names, or shows them."""

    done = ''
    next = ''

    @abc.abstractmethod
    def steps(self, host: hosts.Host) -> List[file_changes.Step]:
        """Return what is to be done."""

    def get_parser(self, prog_name: str) -> Any:
        """Add where the files are."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--paste',
            default=hosts.api_files()[0],
            metavar='FILE',
            help="the api-paste.ini that Nova's API reads (default: "
            '/etc/nova/api-paste.ini, or what OS_NOVA_CONFIG_DIR and '
            'OS_NOVA_CONFIG_FILES name)',
        )
        parser.add_argument(
            '--policy-dir',
            metavar='DIRECTORY',
            help="Nova's directory of policy files (default: policy.d beside "
            'the api-paste.ini)',
        )
        parser.add_argument(
            '--root',
            default='/',
            metavar='DIRECTORY',
            help='the root of an image, in which the other paths are '
            '(default: this host)',
        )
        parser.add_argument(
            '--dry-run',
            action='store_true',
            help='show what would change, and change nothing',
        )
        return parser

    def take_action(self, parsed_args: Any) -> int:
        """Show or do the steps.

        :raises Refused: when something is in the way
        """
        host = hosts.Host(
            parsed_args.paste, parsed_args.policy_dir, parsed_args.root
        )
        steps = self.steps(host)
        for step in steps:
            self.app.stdout.write(step.shown())
        if parsed_args.dry_run:
            return 0
        for step in steps:
            step.do()
        self.app.stdout.write(f'{self.next if steps else self.done}\n')
        return 0


class Enable(Change):
    """Put the filter into Nova's api-paste.ini and link its rules.

    What is as it should be stays as it is. The file that was there is kept
    beside it, with .before-cloud-security behind its name.
    """

    done = 'It is enabled already; nothing was changed.'
    next = f'{RESTART} {UNTIL}'

    def steps(self, host: hosts.Host) -> List[file_changes.Step]:
        """Return what is to be done."""
        return host.enabling()
