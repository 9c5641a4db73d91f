# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage``: one program, its commands are entry points.

It exits with 0 when it did its work, 1 when it could not or refused, and 2
for arguments that make no sense; each with one sentence on standard error.
"""

from __future__ import annotations

import sys
from typing import Any
from typing import NoReturn

from cliff import app
from cliff import command
from cliff import commandmanager
from pbr import version

from cloud_security.deploy import config_options

INTERRUPTED = 'interrupted; what was done until then stays: run it again.'
NAMESPACE = 'cloud_security.manage'


class Manage(app.App):
    """The program; --verbose shows what libraries log."""

    DEFAULT_VERBOSE_LEVEL = 0

    def __init__(self) -> None:
        """Find the commands by their entry points."""
        super().__init__(
            description='Isolate the members of a project from each other.',
            version=version.VersionInfo('cloud_security').version_string(),
            command_manager=commandmanager.CommandManager(NAMESPACE),
            deferred_help=True,
        )

    def build_option_parser(self, *args: Any, **kwargs: Any) -> Any:
        """Add the options that stand before or behind each command."""
        parser = super().build_option_parser(*args, **kwargs)
        config_options.add(parser)
        complain_briefly(parser)
        return parser

    def initialize_app(self, argv: list[str]) -> None:
        """Show help where there is no command; there is no shell."""
        if not argv and not self.options.deferred_help:
            self.stdout = self.stderr
            super().run_subcommand(['help'])
            sys.exit(2)

    def run_subcommand(self, argv: list[str]) -> int:
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
    """A command that complains once, in one sentence."""

    def run(self, parsed_args: Any) -> int:
        """Return the exit code: 2 when the arguments make no sense.

        cliff would log a complaint, and each place of Nova's log repeat it.
        """
        self._merge(parsed_args)
        try:
            code: int = super().run(parsed_args)
        except Nonsense as error:
            self._complain(error)
            return 2
        except BrokenPipeError:
            raise
        except KeyboardInterrupt:
            self._complain(Exception(INTERRUPTED))
            return 130
        except Exception as error:
            if self.app.options.debug:
                raise
            self._complain(error)
            return 1
        return code

    def _complain(self, error: Exception) -> None:
        why = ' '.join(str(error).split()) or type(error).__name__
        self.app.stderr.write(f'{self.app.NAME}: {why}\n')

    def _merge(self, parsed_args: Any) -> None:
        """Give a command --config-file and --config-dir from before it, too.

        cliff takes them away from the command, wherever they stand.
        """
        for name in ('config_file', 'config_dir'):
            before = getattr(self.app_args, name, None) or []
            behind = getattr(parsed_args, name, None) or []
            setattr(parsed_args, name, [*before, *behind])

    def get_parser(self, prog_name: str) -> Any:
        """Return a parser that says in one sentence what is wrong."""
        parser = super().get_parser(prog_name)
        complain_briefly(parser)
        return parser


def add_dry_run(parser: Any) -> None:
    """Add the option to change nothing."""
    parser.add_argument(
        '--dry-run',
        action='store_true',
        help='show what would change, and change nothing',
    )


def complain_briefly(parser: Any, code: int = 2) -> None:
    """Let a parser complain in one sentence, and exit."""

    def error(message: str) -> NoReturn:
        sys.stderr.write(
            f'{parser.prog}: {message}; see {parser.prog} --help\n'
        )
        sys.exit(code)

    parser.error = error


def main() -> int:
    """Run the program; the entry point ``console_scripts``."""
    return Manage().run(sys.argv[1:])
