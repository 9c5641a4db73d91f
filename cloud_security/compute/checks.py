# SPDX-License-Identifier: Apache-2.0
"""Checks of cloud-security-status: does Nova's isolation hold on this host?"""

from __future__ import annotations

import os
from typing import Any

from nova import version
from nova.conf import CONF

from cloud_security import releases
from cloud_security.compute import indexes
from cloud_security.compute import ownership
from cloud_security.compute import policy_rules
from cloud_security.compute import service_token
from cloud_security.deploy import apis
from cloud_security.deploy import checks
from cloud_security.deploy import host_checks
from cloud_security.deploy import own_token
from cloud_security.deploy import unchecked

Code = checks.Code
Result = checks.Result
result = checks.result
PASTE, DETAILS = host_checks.OPTIONS


class Checks(host_checks.HostChecks):
    """The checks, in the order in which the table shows them."""

    api = apis.NOVA
    conf = CONF
    rules = policy_rules.RULES

    def release_warnings(self) -> list[str]:
        """Return sentences about a Nova that was not tested."""
        warning = releases.warning(version.version_string())
        return [warning] if warning else []

    def token_fault(self) -> str:
        """Return why Nova sends no token of its own, '' where it does."""
        return own_token.fault(CONF)

    def paste(self) -> tuple[str, list[str]]:
        """Return the api-paste.ini, and a warning where nova-api differs."""
        path = CONF.paste or self.api.files()[0]
        other = CONF.find_file(CONF.wsgi.api_paste_config)
        if other and os.path.realpath(other) != os.path.realpath(path):
            return path, [
                f'[wsgi] api_paste_config is {other}, which the nova-api of '
                'Nova up to 31 reads instead: if that runs here, name it with '
                '--paste, and enable it, too.'
            ]
        return path, []

    def check(self) -> Any:
        """Run all checks, with those that only some hosts have."""
        if service_token.is_asked():
            self._upgrade_checks = (
                *type(self)._upgrade_checks,
                (service_token.NAME, service_token.check),
            )
        return super().check()

    def check_owners(self) -> Result:
        """Servers that belong to nobody."""
        try:
            count = ownership.without_owner()
        except Exception as error:
            return result(
                [
                    "Nova's API database does not answer, see [api_database] "
                    f'connection in nova.conf: {host_checks.first_line(error)}'
                    '.'
                ]
            )
        if not count:
            return result(())
        return result(
            (),
            [
                f'{count} servers have no owner in the API database and can '
                'be opened by nobody isolated: run nova-manage db '
                'online_data_migrations, or again the hand-over that was '
                'interrupted.'
            ],
        )

    def check_index(self) -> Result:
        """An index for lists; without it all holds, so that it can pass."""
        try:
            found = indexes.found()
        except Exception as error:
            return unchecked.result(
                "Nova's API database did not name the cells "
                f'({host_checks.first_line(error)}): see [api_database] '
                'connection in nova.conf.'
            )
        if found.unanswered:
            return result((), found.complaints())
        return Result(Code.SUCCESS, found.advice())

    _upgrade_checks: Any = (
        ('Mode', host_checks.HostChecks.check_mode),
        ("Nova's release", host_checks.HostChecks.check_release),
        ('Filter in api-paste.ini', host_checks.HostChecks.check_paste),
        ('Policy files', host_checks.HostChecks.check_policy_files),
        ('Rules of cloud_security', host_checks.HostChecks.check_rules),
        ('Rules on user_id', host_checks.HostChecks.check_traps),
        ('Callers to exempt', host_checks.HostChecks.check_exemptions),
        ('Policy defaults', host_checks.HostChecks.check_defaults),
        ('Servers without owner', check_owners),
        ('Index for lists', check_index),
        ('Roles', host_checks.HostChecks.check_roles),
    )
