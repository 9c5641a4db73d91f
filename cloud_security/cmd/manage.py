# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-manage``: one program, its commands are entry points.

It exits with 0 when it did its work, 1 when it could not or refused, and 2
for arguments that make no sense; each with one sentence on standard error.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any
from typing import ClassVar
from typing import NoReturn

from cliff import app
from cliff import command
from cliff import commandmanager
from pbr import version

from cloud_security.deploy import config_options

INTERRUPTED = 'interrupted; what was done until then stays: run it again.'


class Program(app.App):
    """A program whose commands are entry points.

    --verbose shows what libraries log.
    """

    DEFAULT_VERBOSE_LEVEL = 0
    #: The group of its entry points, and a sentence about it.
    NAMESPACE: ClassVar[str]
    DESCRIPTION: ClassVar[str]

    def __init__(self) -> None:
        """Find the commands by their entry points."""
        # Python has None in the place of a stream that is closed.
        sys.stderr = sys.stderr or open(os.devnull, 'w')
        super().__init__(
            description=self.DESCRIPTION,
            version=version.VersionInfo('cloud_security').version_string(),
            command_manager=commandmanager.CommandManager(self.NAMESPACE),
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
            _write(
                self.stderr,
                f'{self.NAME}: there is no command {" ".join(argv)}; see '
                f'{self.NAME} --help\n',
            )
            return 2
        code: int = super().run_subcommand(argv)
        return code


class Manage(Program):
    """cloud-security-manage."""

    NAMESPACE = 'cloud_security.manage'
    DESCRIPTION = 'Isolate the members of a project from each other.'


class Nonsense(Exception):
    """Arguments that do not go together; the message says why."""


class Command(command.Command):
    """A command that complains once, in one sentence."""

    #: The exit code of a command that could not do its work.
    FAILURE: ClassVar[int] = 1

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
                if self.FAILURE == 1:
                    raise
                # Python would exit with 1.
                _write(self.app.stderr, traceback.format_exc())
            self._complain(error)
            return self.FAILURE
        return code

    def _complain(self, error: Exception) -> None:
        why = ' '.join(str(error).split()) or type(error).__name__
        _write(self.app.stderr, f'{self.app.NAME}: {why}\n')

    def _merge(self, parsed_args: Any) -> None:
        """Give a command --config-file and --config-dir from before it, too.

        cliff takes them away from the command, wherever they stand.
        """
        for name in ('config_file', 'config_dir', 'config_order'):
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
        _write(
            sys.stderr, f'{parser.prog}: {message}; see {parser.prog} --help\n'
        )
        sys.exit(code)

    parser.error = error


def _write(stream: Any, text: str) -> None:
    """Write to standard error; where that fails, the exit code tells."""
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        # Python 3.12 would try again when it ends, and exit with 120.
        sys.stderr = open(os.devnull, 'w')


def main() -> int:
    """Run the program; the entry point ``console_scripts``."""
    return Manage().run(sys.argv[1:])
