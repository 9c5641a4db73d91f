# SPDX-License-Identifier: Apache-2.0
"""``cloud-security-trace sync``."""

from __future__ import annotations

from typing import Any
from typing import Optional

from cloud_security import keystone as keystones
from cloud_security.cmd import trace_command
from cloud_security.trace import nova_api
from cloud_security.trace import syncing

#: Servers of which a terminal is told at once.
_AT_ONCE = 100


class SyncOwners(trace_command.TraceCommand):
    """Write whose the servers are into the history.

    Only Nova knows the owner of a server, and it forgets deleted servers. So
    let a timer run this every five minutes, on one host or on several. Set
    OS_AUTH_URL, OS_USERNAME and so on, of an admin who may list the servers
    of all projects. Without them, the account in [nova] of neutron.conf asks.

    Where Nova or Keystone does not respond, this command writes nothing and
    exits with 1.
    """

    def act(self, conf: Any, parsed_args: Any) -> int:
        """Write the owners.

        :raises Unknown: when Nova, Keystone or the database does not respond
        """
        account = nova_api.connect(conf)
        names = _no_name
        if conf.cloud_security_trace.keep_names:
            names = keystones.Keystone(account).user_name
        with trace_command.engine(conf) as engine:
            found = syncing.sync(
                engine, nova_api.Nova(account.compute), names, self._tell
            )
        self._tell(0)
        self.say(
            f'Owners of servers: {found.begun} new, {found.corrected} '
            f'changed, {found.unknown} that Nova does not know.'
        )
        return 0

    def _tell(self, number: int) -> None:
        """Show on a terminal how many servers were read, 0 for the end."""
        if not self.app.stderr.isatty():
            return
        if not number:
            self.app.stderr.write('\r\033[K')
        elif number % _AT_ONCE == 0:
            self.app.stderr.write(f'\r{number} servers read')
            self.app.stderr.flush()


def _no_name(user_id: str) -> Optional[str]:
    return None
