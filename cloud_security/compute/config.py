"""Nova's own configuration, for commands that read Nova's databases."""

import contextlib
import logging
import os
from typing import Any
from typing import Iterator
from typing import List

from nova import config
from nova import objects
from nova.conf import CONF
from oslo_db import exception as db_exception
from oslo_log import log as oslo_log
from oslo_policy import opts as policy_opts

from cloud_security import opts
from cloud_security.deploy import host

__all__ = (
    'CONF',
    'Unanswered',
    'add_arguments',
    'keep_log',
    'load',
    'parse',
    'reading',
)


class Unanswered(Exception):
    """A database of Nova's does not answer; the message says why."""


def add_arguments(parser: Any) -> None:
    """Add where nova.conf is."""
    parser.add_argument(
        '--config-file',
        action='append',
        metavar='FILE',
        help="Nova's configuration file; repeat it for more (default: "
        "/etc/nova/nova.conf and what Nova's API reads beside it)",
    )


def load(parsed_args: Any) -> None:
    """Read nova.conf as Nova's API does, and get ready for its databases."""
    files = [f'--config-file={name}' for name in parsed_args.config_file or ()]
    parse(['cloud-security-manage'] + files)


def parse(argv: List[str]) -> None:
    """Read nova.conf, and get ready for its databases.

    :param argv: as in sys.argv, with oslo.config's arguments
    :raises cfg.Error: when a file cannot be read
    """
    files = None
    if {'OS_NOVA_CONFIG_DIR', 'OS_NOVA_CONFIG_FILES'} & os.environ.keys():
        files = host.api_files()[1:]
    config.parse_args(argv, default_config_files=files)
    # [oslo_policy], which Nova's policy registers when it is first asked.
    policy_opts.set_defaults(CONF)
    opts.register(CONF)
    objects.register_all()


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
