# SPDX-License-Identifier: Apache-2.0
"""Nova's own configuration, for commands that read Nova's databases."""

from __future__ import annotations

from collections.abc import Iterator
import contextlib
import glob
import io
import logging
import os
import sys
from typing import Any
from typing import Optional

from nova import config
from nova import objects
from nova.conf import CONF
from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log as oslo_log
from oslo_policy import opts as policy_opts

from cloud_security import opts
from cloud_security.deploy import apis
from cloud_security.deploy import config_options

__all__ = (
    'CONF',
    'Unanswered',
    'Unconfigured',
    'Unreadable',
    'add_arguments',
    'keep_log',
    'load',
    'parse',
    'reading',
)


add_arguments = config_options.add


class Unanswered(Exception):
    """A database of Nova's does not answer; the message says why."""


class Unconfigured(cfg.Error):
    """No nova.conf was found; the message says what to do."""


class Unreadable(cfg.Error):
    """A nova.conf cannot be read; the message says which and why."""

    def __init__(self, names: list[str], why: object) -> None:
        """Name the files, and the fault."""
        where = ', '.join(names) or 'nova.conf'
        super().__init__(
            f"Nova's configuration cannot be read ({where}): {why}; mend it "
            'in nova.conf, or name another file with --config-file.'
        )


def load(parsed_args: Any) -> None:
    """Read nova.conf as Nova's API does, and get ready for its databases.

    :param parsed_args: with lists config_file and config_dir
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    parse(
        [
            'cloud-security-manage',
            *(f'--config-file={name}' for name in parsed_args.config_file),
            *(f'--config-dir={name}' for name in parsed_args.config_dir),
        ]
    )


def parse(argv: list[str]) -> None:
    """Read nova.conf, and get ready for its databases.

    :param argv: as in sys.argv, with oslo.config's arguments
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    files = None
    if {'OS_NOVA_CONFIG_DIR', 'OS_NOVA_CONFIG_FILES'} & os.environ.keys():
        files = apis.NOVA.files()[1:]
    _parse(argv, files)
    if not _is_configured():
        raise Unconfigured(
            'no nova.conf was found in ~/.nova, /etc/nova and the like: name '
            "the one that Nova's API reads with --config-file."
        )
    # [oslo_policy], which Nova's policy registers when it is first asked.
    policy_opts.set_defaults(CONF)
    opts.register(CONF)
    objects.register_all()


def _parse(argv: list[str], files: Optional[list[str]]) -> None:
    """Let Nova parse its configuration; other faults become one kind.

    :raises Unreadable: when a file is none, is no text, or has a wrong value
    """
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            config.parse_args(argv, default_config_files=files)
    except (OSError, ValueError) as error:
        raise Unreadable(_named(argv, files), error) from error
    except SystemExit as stop:
        # Source: oslo_config/cfg.py _validate_cli_options: 1 means a wrong
        # value of an option that nova.conf and the command line share.
        if stop.code != 1:
            sys.stderr.write(said.getvalue())
            raise
        why = said.getvalue().strip().splitlines()[-1:]
        raise Unreadable(_named(argv, files), ''.join(why)) from stop
    sys.stderr.write(said.getvalue())


def _named(argv: list[str], files: Optional[list[str]]) -> list[str]:
    """Return the files and folders that the arguments or Nova's API name."""
    found = []
    for word, after in zip(argv, [*argv[1:], '']):
        option, equals, value = word.partition('=')
        if option in ('--config-file', '--config-dir'):
            found.append(value if equals else after)
    return found or files or []


def _is_configured() -> bool:
    """Tell whether any file was read."""
    return bool(CONF.config_file) or any(
        glob.glob(os.path.join(glob.escape(folder), '*.conf'))
        for folder in CONF.config_dirs
    )


def keep_log() -> None:
    """Log where nova.conf says, as nova-manage does, beside the console.

    Where nova.conf names no place, the log is on standard error.
    """
    root = logging.getLogger()
    console = list(root.handlers)
    if not any(
        getattr(CONF, name)
        for name in ('log_file', 'log_dir', 'use_journal', 'use_syslog')
    ):
        CONF.set_override('use_stderr', True)
    oslo_log.setup(CONF, 'nova')
    for handler in console:
        root.addHandler(handler)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Say in one sentence that a database does not answer.

    :raises Unanswered: when it does not
    """
    try:
        yield
    except (
        db_exception.DBError,
        db_exception.CantStartEngineError,
    ) as error:
        why = str(error).strip().splitlines()[:1]
        raise Unanswered(
            f"Nova's databases do not answer ({''.join(why)}): see "
            '[api_database] connection in nova.conf and nova-manage cell_v2 '
            'list_cells; run the command again when they do.'
        ) from error
