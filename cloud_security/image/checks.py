# SPDX-License-Identifier: Apache-2.0
"""Checks of cloud-security-status: does Glance's isolation hold here?"""

from __future__ import annotations

from glance import version
from glance.common import config as glance_config

from cloud_security import releases
from cloud_security.deploy import apis
from cloud_security.deploy import checks
from cloud_security.deploy import host_checks
from cloud_security.image import config
from cloud_security.image import ownership
from cloud_security.image import policy_rules
from cloud_security.image import site_options

Result = checks.Result
result = checks.result


class Checks(host_checks.HostChecks):
    """The checks, in the order in which the table shows them."""

    api = apis.GLANCE
    conf = config.CONF
    rules = policy_rules.RULES

    def release_warnings(self) -> list[str]:
        """Return sentences about a Glance that was not tested."""
        warning = releases.warning(version.version_string(), self.api.name)
        return [warning] if warning else []

    def paste(self) -> tuple[str, list[str]]:
        """Return the api-paste.ini that glance-api.conf names."""
        if self.conf.paste:
            return self.conf.paste, []
        try:
            return glance_config._get_deployment_config_file(), []
        except RuntimeError:
            # Glance does not find it either; the check says so.
            named = self.conf.paste_deploy.config_file
            return named or self.api.files()[0], []

    def check_owners(self) -> Result:
        """Private images that name no user."""
        try:
            count = ownership.private_without_owner()
        except Exception as error:  # noqa: BLE001 drivers raise their own
            return result(
                [
                    "Glance's database does not answer, see [database] "
                    'connection in glance-api.conf: '
                    f'{host_checks.first_line(error)}.'
                ]
            )
        if not count:
            return result(())
        return result(
            (),
            [
                f'{count} private images in the database name no user '
                '(user_id), so that everybody in their projects sees them as '
                'before: cloud-security-manage image adopt gives those of '
                'servers to the owners of these servers, and an admin gives '
                'one to a user with openstack image set --property '
                'user_id=USER IMAGE.'
            ],
        )

    def check_options(self) -> Result:
        """Options of glance-api.conf that touch the promise."""
        return result(
            list(site_options.unsafe(self.conf)),
            list(site_options.disturbing(self.conf)),
        )

    _upgrade_checks = (
        ('Mode', host_checks.HostChecks.check_mode),
        ("Glance's release", host_checks.HostChecks.check_release),
        ('Filter in api-paste.ini', host_checks.HostChecks.check_paste),
        ('Policy files', host_checks.HostChecks.check_policy_files),
        ('Rules of cloud_security', host_checks.HostChecks.check_rules),
        ('Rules on user_id', host_checks.HostChecks.check_traps),
        ('Callers to exempt', host_checks.HostChecks.check_exemptions),
        ('Policy defaults', host_checks.HostChecks.check_defaults),
        ("Glance's options", check_options),
        ('Images without owner', check_owners),
        ('Roles', host_checks.HostChecks.check_roles),
    )
