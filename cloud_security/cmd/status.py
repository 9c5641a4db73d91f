# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-status upgrade check``: does it hold, on this host?

It exits with 0 when all is well, 1 when something is to be looked at, 2 when
isolation does not hold or could be lost, and 255 when it could not tell. An
interrupt is 130. Where a host has several services, each is checked in a
process of its own, for they share one configuration of a process.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any
from typing import Optional

from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from cloud_security.cmd import manage
from cloud_security.cmd import service_choice
from cloud_security.cmd import status_table
from cloud_security.deploy import apis
from cloud_security.deploy import between
from cloud_security.deploy import configuration
from cloud_security.deploy import host_checks
from cloud_security.deploy import plugin_config
from cloud_security.trace import checks as trace_checks
from cloud_security.trace import config as trace_config

NAME = 'cloud-security-status'
#: Options that may stand before or behind "upgrade check".
WITH_VALUE = ('--paste', '--config-file', '--config-dir', '--service')
FLAGS = ('--details',)
#: Those that oslo.upgradecheck knows behind its command only.
LAST = ('--json',)
#: Options with which nothing is checked.
HELP = ('-h', '--help', '--version')
#: The exit code after an interrupt.
INTERRUPTED = 130


def main() -> int:
    """Run the checks; the entry point ``console_scripts``."""
    argv = _options_first(sys.argv)
    service = _value(argv, '--service')
    # Without a value, argparse complains of it.
    if service and service not in apis.ALL:
        sys.stderr.write(
            f'{NAME}: {service!a} is no service: choose from '
            f'{", ".join(apis.ALL)}; see {NAME} --help\n'
        )
        return 2
    is_configured = any(
        _value(argv, name) for name in ('--config-file', '--config-dir')
    )
    try:
        chosen = service_choice.chosen(
            service,
            _value(argv, '--paste'),
            is_configured,
        )
    except manage.Nonsense as error:
        sys.stderr.write(f'{NAME}: {error}\n')
        return 2
    if len(chosen) > 1 and not {*HELP} & {*argv}:
        return status_table.of(chosen, argv[1:])
    return _run(chosen[0], argv)


def _run(api: apis.Api, argv: list[str]) -> int:
    """Check one service, in this process."""
    try:
        config, checks = service_choice.rooms(api, 'config', 'checks')
    except service_choice.Absent as error:
        sys.stderr.write(f'{NAME}: {error}\n')
        return 255
    if isinstance(api, apis.PluginApi):
        # The checks look at Neutron's files apart from Neutron's options.
        config = plugin_config
    conf = config.CONF
    conf.register_cli_opts([service_choice.OPTION, *host_checks.OPTIONS])
    commands = checks.Checks()
    upgradecheck.register_cli_options(conf, commands)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            config.parse(argv)
    except SystemExit as stop:
        if stop.code:
            # argparse says how to use it, and then what is wrong.
            *_, wrong = said.getvalue().strip().splitlines()
            wrong = wrong.rpartition('error: ')[2]
            sys.stderr.write(f'{NAME}: {wrong}; see {NAME} --help\n')
        return int(stop.code or 0)
    except (configuration.Unconfigured, configuration.Unreadable) as error:
        sys.stderr.write(f'{NAME}: {error}\n')
        return 255
    except cfg.Error as error:
        sys.stderr.write(f'{NAME}: {api.conf_file} cannot be read: {error}\n')
        return 255
    sys.stderr.write(said.getvalue())
    # oslo.upgradecheck takes any word there.
    word = conf.command.check
    if word != 'check':
        sys.stderr.write(
            f'{NAME}: there is no command upgrade {word}; see {NAME} --help\n'
        )
        return 2
    if isinstance(api, apis.PluginApi):
        trace_config.register(conf)
        try:
            has_history = trace_config.is_enabled(conf)
        except cfg.Error:
            # Neutron's own options are not registered here.
            sys.stderr.write(
                f'{NAME}: {api.option} in {api.conf_file} refers to an option '
                'that this command does not know: write the names of the '
                'plugins there.\n'
            )
            return 255
        if has_history:
            _add_history(commands, conf)
    # It looks there for --json.
    upgradecheck.CONF = conf
    code = _checked(conf)
    path = os.environ.get(between.VARIABLE)
    if path and code != INTERRUPTED:
        with contextlib.suppress(Exception):
            # Who asks for facts and finds none says so.
            between.write(path, commands.facts())
    return code


def _add_history(commands: Any, conf: Any) -> None:
    """Add the check of the other plugin, which this host has as well."""
    commands._upgrade_checks = (
        *commands._upgrade_checks,
        ('IP history', lambda commands: trace_checks.summary(conf)),
    )


def _checked(conf: Any) -> int:
    """Run the checks; a fault of theirs is one sentence, and 255."""
    try:
        return int(conf.command.action_fn())
    except Exception as error:  # noqa: BLE001 the operator gets one sentence
        why = ' '.join(str(error).split()) or type(error).__name__
        sys.stderr.write(f'{NAME}: the checks came to no end: {why}\n')
        return 255
    except KeyboardInterrupt:
        sys.stderr.write(f'{NAME}: interrupted; run it again.\n')
        return INTERRUPTED


def _value(argv: list[str], option: str) -> Optional[str]:
    """Return the last value of an option, None where it is not there."""
    found = None
    for word, after in zip(argv, [*argv[1:], '']):
        name, equals, value = word.partition('=')
        if name == option:
            found = value if equals else after
    return found


def _options_first(argv: list[str]) -> list[str]:
    """Return the arguments with our options before the command.

    oslo.config knows them there only; operators write them behind it as well.
    """
    program, *rest = argv
    first: list[str] = []
    last: list[str] = []
    behind: list[str] = []
    while rest:
        word = rest.pop(0)
        if word in WITH_VALUE:
            if not rest:
                # argparse complains of this one.
                return [program, word]
            first += [word, rest.pop(0)]
        elif word in FLAGS or word.partition('=')[0] in WITH_VALUE:
            first.append(word)
        elif word in LAST:
            behind.append(word)
        else:
            last.append(word)
    return [program, *first, *last, *behind]
