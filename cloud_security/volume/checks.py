# SPDX-License-Identifier: Apache-2.0
"""Checks of cloud-security-status: does Cinder's isolation hold here?"""

from __future__ import annotations

from cinder import version

from cloud_security import releases
from cloud_security.deploy import apis
from cloud_security.deploy import checks
from cloud_security.deploy import host_checks
from cloud_security.deploy import own_token
from cloud_security.deploy import unchecked
from cloud_security.volume import config
from cloud_security.volume import indexes
from cloud_security.volume import ownerless
from cloud_security.volume import policy_rules

Result = checks.Result
result = checks.result


class Checks(host_checks.HostChecks):
    """The checks, in the order in which the table shows them."""

    api = apis.CINDER
    conf = config.CONF
    rules = policy_rules.RULES

    def release_warnings(self) -> list[str]:
        """Return sentences about a Cinder that was not tested."""
        warning = releases.warning(version.version_string(), self.api.name)
        return [warning] if warning else []

    def token_fault(self) -> str:
        """Return why Cinder sends no token of its own, '' where it does."""
        return own_token.fault(self.conf)

    def paste(self) -> tuple[str, list[str]]:
        """Return the api-paste.ini that cinder.conf names."""
        named = self.conf.api_paste_config
        path = self.conf.paste or self.conf.find_file(named)
        return path or self.api.files()[0], []

    def check_owners(self) -> Result:
        """Volumes, and what is made of them, that belong to nobody."""
        try:
            found = ownerless.counts()
        except Exception as error:  # noqa: BLE001 drivers raise their own
            return result(
                [
                    "Cinder's database does not answer, see [database] "
                    'connection in cinder.conf: '
                    f'{host_checks.first_line(error)}.'
                ]
            )
        if not found:
            return result(())
        said = ', '.join(f'{count} {name}' for name, count in found.items())
        return result(
            (),
            [
                f'In the database are without an owner (user_id): {said}. '
                'Nobody isolated can open them: give them to a user, or leave '
                'them to managers and admins.'
            ],
        )

    def check_index(self) -> Result:
        """An index for lists; without it all holds, so that it can pass."""
        try:
            advice = indexes.advice()
        except Exception as error:  # noqa: BLE001 drivers raise their own
            return unchecked.result(
                "Cinder's database did not name its indexes "
                f'({host_checks.first_line(error)}): see [database] '
                'connection in cinder.conf.'
            )
        return Result(checks.Code.SUCCESS, advice)

    _upgrade_checks = (
        ('Mode', host_checks.HostChecks.check_mode),
        ("Cinder's release", host_checks.HostChecks.check_release),
        ('Filter in api-paste.ini', host_checks.HostChecks.check_paste),
        ('Policy files', host_checks.HostChecks.check_policy_files),
        ('Rules of cloud_security', host_checks.HostChecks.check_rules),
        ('Rules on user_id', host_checks.HostChecks.check_traps),
        ('Callers to exempt', host_checks.HostChecks.check_exemptions),
        ('Policy defaults', host_checks.HostChecks.check_defaults),
        ('Volumes without owner', check_owners),
        ('Index for lists', check_index),
        ('Roles', host_checks.HostChecks.check_roles),
    )
