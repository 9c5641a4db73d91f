"""``cloud-security-manage``: one program, its commands are entry points.

It exits with 0 when it did what it was asked to, 1 when it could not, and 2
for arguments that make no sense; each with one sentence on standard error.
"""

import sys
from typing import Any
from typing import List
from typing import NoReturn

from cliff import app
from cliff import command
from cliff import commandmanager
from pbr import version

NAMESPACE = 'cloud_security.manage'


class Manage(app.App):
    """The program; what libraries tell is shown with --verbose."""

    DEFAULT_VERBOSE_LEVEL = 0

    def __init__(self) -> None:
        """Find the commands by their entry points."""
        super().__init__(
            description="Isolate the members of a project in Nova's API.",
            version=version.VersionInfo('cloud_security').version_string(),
            command_manager=commandmanager.CommandManager(NAMESPACE),
            deferred_help=True,
        )

    def build_option_parser(self, *args: Any, **kwargs: Any) -> Any:
        """Return a parser that says in one sentence what is wrong."""
        parser = super().build_option_parser(*args, **kwargs)
        complain_briefly(parser)
        return parser

    def initialize_app(self, argv: List[str]) -> None:
        """Show help where there is no command; there is no shell."""
        if not argv and not self.options.deferred_help:
            self.stdout = self.stderr
            super().run_subcommand(['help'])
            sys.exit(2)

    def run_subcommand(self, argv: List[str]) -> int:
        """Run one command, or say in one sentence that there is none."""
        # After help, a command may be cut short.
        words = argv[1:] if argv[:1] == ['help'] else argv
        try:
            if words:
                self.command_manager.find_command(list(words))
        except ValueError:
            self.stderr.write(
                f'{self.NAME}: there is no command {" ".join(argv)}; see '
                f'{self.NAME} --help\n'
            )
            return 2
        code: int = super().run_subcommand(argv)
        return code


class Nonsense(Exception):
    """Arguments that do not go together; the message says why."""


class Command(command.Command):
    """What our commands have in common."""

    def run(self, parsed_args: Any) -> int:
        """Run, and exit with 2 when the arguments make no sense."""
        try:
            code: int = super().run(parsed_args)
        except Nonsense as error:
            self.app.stderr.write(f'{self.app.NAME}: {error}\n')
            return 2
        return code

    def get_parser(self, prog_name: str) -> Any:
        """Return a parser that says in one sentence what is wrong."""
        parser = super().get_parser(prog_name)
        complain_briefly(parser)
        return parser


def complain_briefly(parser: Any, code: int = 2) -> None:
    """Have a parser say in one sentence what is wrong, and exit."""

    def error(message: str) -> NoReturn:
        sys.stderr.write(
            f'{parser.prog}: {message}; see {parser.prog} --help\n'
        )
        sys.exit(code)

    parser.error = error


def main() -> int:
    """Run the program; the entry point ``console_scripts``."""
    return Manage().run(sys.argv[1:])
