# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace check``."""

from __future__ import annotations

from typing import Any

from cloud_security.cmd import service_choice
from cloud_security.cmd import trace_command
from cloud_security.deploy import apis
from cloud_security.trace import check_times
from cloud_security.trace import config

#: Lines about differences.
_SHOWN = 20


class Check(trace_command.TraceCommand):
    """Compare the history with Neutron's tables.

    They differ where somebody changed the tables without Neutron, or Neutron
    ran without the plugin. The history then has a gap, from the last check
    until the repair. Let a timer run this with --repair.

    It exits with 0 when all is equal or repaired, 1 when something differs,
    and 2 when Neutron's configuration does not name the plugin.
    """

    def get_parser(self, prog_name: str) -> Any:
        """Add the option to repair."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            '--repair',
            action='store_true',
            help='end and begin intervals, so that they are equal',
        )
        return parser

    def act(self, conf: Any, parsed_args: Any) -> int:
        """Compare, and mend; return the exit code.

        :raises Unimported: when there was no import
        """
        checking, repairing = service_choice.sole_room(
            apis.NEUTRON, 'checking', 'repairing', room='trace'
        )
        with trace_command.engine(conf) as engine:
            repairing.check_import(engine)
            found = checking.compare(engine)
            for one in found.rows[:_SHOWN]:
                self.say(str(one))
            if found.rows[_SHOWN:]:
                self.say(f'and {len(found.rows) - _SHOWN} more')
            if not config.is_enabled(conf):
                checking.note_off(engine)
                self.app.stderr.write(
                    'service_plugins in neutron.conf does not name '
                    f'{apis.TRACE.plugin}, so that Neutron on this host '
                    'records nothing, which look-ups say from now on: run '
                    'cloud-security-trace enable, restart Neutron, and check '
                    'with --repair.\n'
                )
                return 2
            if parsed_args.repair:
                return self._repair(repairing, engine, found)
            if found.rows:
                checking.note_differences(engine, len(found.rows))
                self.app.stderr.write(
                    f'{len(found.rows)} rows differ: run it with --repair.\n'
                )
                return 1
            with engine.begin() as connection:
                check_times.note(connection, check_times.CHECK, found.at)
        self.say('The history is equal to what Neutron has.')
        return 0

    def _repair(self, repairing: Any, engine: Any, found: Any) -> int:
        number, stays = repairing.repair(engine, found)
        self.say(f'{number} rows repaired.')
        for gap in stays:
            self.app.stderr.write(
                f'A gap goes on since {gap.begin_at} UTC ({gap.reason}, '
                f'{gap.detail}): '
                + (
                    'restart Neutron with the plugin on that host, and'
                    if gap.reason == 'off'
                    else 'it began during this check;'
                )
                + ' run this again.\n'
            )
        return 1 if stays else 0
