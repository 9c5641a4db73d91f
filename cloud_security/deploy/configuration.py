# SPDX-License-Identifier: Apache-2.0
"""A service's own configuration, read as its API reads it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import glob
import io
import logging
import os
import sys
from typing import Any
from typing import Callable
from typing import Optional

from oslo_config import cfg
from oslo_db import exception as db_exception
from oslo_log import log as oslo_log
from sqlalchemy import exc as sa_exc

from cloud_security.deploy import apis
from cloud_security.deploy import config_options
from cloud_security.deploy import file_reading

#: Parses arguments as in sys.argv, and the files where they name none.
Parse = Callable[[list[str], Optional[list[str]]], Any]


class Unanswered(Exception):
    """A service's database does not answer; the message says why."""


class Unconfigured(cfg.Error):
    """No configuration was found; the message says what to do."""

    def __init__(self, api: apis.Api) -> None:
        """Name what was looked for."""
        super().__init__(
            f'no {api.conf_file} was found in ~/.{api.account}, {api.folder} '
            f"and the like: name the one that {api.name}'s API reads with "
            '--config-file.'
        )


class Unreadable(cfg.Error):
    """A configuration cannot be read; the message says which and why."""

    def __init__(self, api: apis.Api, names: list[str], why: object) -> None:
        """Name the files, and the fault."""
        where = ', '.join(names) or api.conf_file
        super().__init__(
            f"{api.name}'s configuration cannot be read ({where}): {why}; "
            f'mend it in {api.conf_file}, or name another file with '
            '--config-file.'
        )


def arguments(parsed_args: Any) -> list[str]:
    """Return oslo.config's arguments, as in sys.argv, for parsed ones.

    :param parsed_args: with lists config_file and config_dir, and perhaps
        config_order, in which oslo.config reads both
    """
    return arguments_of(
        getattr(parsed_args, 'config_order', None)
        or config_options.in_order(
            parsed_args.config_file, parsed_args.config_dir
        )
    )


def arguments_of(named: Iterable[tuple[str, str]]) -> list[str]:
    """Return oslo.config's arguments for files and folders.

    :param named: ``(config_file or config_dir, path)``
    """
    return [
        'cloud-security-manage',
        *(f'--{name.replace("_", "-")}={path}' for name, path in named),
    ]


def read(api: apis.Api, conf: Any, argv: list[str], parse: Parse) -> None:
    """Let a service parse its configuration; faults become two kinds.

    :param argv: as in sys.argv, with oslo.config's arguments
    :raises Unconfigured: when there is no file
    :raises Unreadable: when a file is none, is no text, or has a wrong value
    :raises cfg.Error: when a file cannot be read otherwise
    """
    files = None
    if {*(api.variables or ())} & os.environ.keys():
        files = api.conf_files
    for path in _named(argv, files):
        if file_reading.is_special(path):
            raise Unreadable(api, [path], 'it is no ordinary file')
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            parse(argv, files)
    except (OSError, ValueError) as error:
        raise Unreadable(api, _named(argv, files), error) from error
    except SystemExit as stop:
        # A wrong value of an option that file and command line share: 1 in
        # newer oslo.config, no code in 9.4. Help has 0, arguments have 2.
        # Source: oslo_config/cfg.py _validate_cli_options.
        if stop.code not in (None, 1):
            sys.stderr.write(said.getvalue())
            raise
        why = said.getvalue().strip().splitlines()[-1:]
        raise Unreadable(api, _named(argv, files), ''.join(why)) from stop
    sys.stderr.write(said.getvalue())
    if not _is_configured(conf):
        raise Unconfigured(api)


def keep_log(conf: Any, project: str) -> None:
    """Log where a service's configuration says, beside the console.

    Where it names no place, the log is on standard error.
    Source: nova/cmd/manage.py, Nova 29 to 34, which logs in the same way.

    :param project: the service's name in records, such as ``nova``
    """
    root = logging.getLogger()
    console = list(root.handlers)
    if not any(
        getattr(conf, name)
        for name in ('log_file', 'log_dir', 'use_journal', 'use_syslog')
    ):
        conf.set_override('use_stderr', True)
    oslo_log.setup(conf, project)
    for handler in console:
        root.addHandler(handler)


@contextlib.contextmanager
def answering(fault: str, advice: str) -> Iterator[None]:
    """Say in one sentence that a service's database does not answer.

    :raises Unanswered: when it does not, with fault, reason and advice
    """
    try:
        yield
    except (
        db_exception.DBError,
        db_exception.CantStartEngineError,
        # A URL that SQLAlchemy cannot read, or whose driver is not there.
        ImportError,
        ValueError,
        sa_exc.SQLAlchemyError,
    ) as error:
        why = str(error).strip().splitlines()[:1]
        raise Unanswered(f'{fault} ({"".join(why)}): {advice}') from error


def _named(argv: list[str], files: Optional[list[str]]) -> list[str]:
    """Return the files and folders that arguments or environment name."""
    found = []
    for word, after in zip(argv, [*argv[1:], '']):
        option, equals, value = word.partition('=')
        if option in ('--config-file', '--config-dir'):
            found.append(value if equals else after)
    return found or files or []


def _is_configured(conf: Any) -> bool:
    """Tell whether any file was read."""
    return bool(conf.config_file) or any(
        glob.glob(os.path.join(glob.escape(folder), '*.conf'))
        for folder in conf.config_dirs
    )
