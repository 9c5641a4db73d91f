# SPDX-License-Identifier: Apache-2.0
"""Checks of cloud-security-status: does Neutron's isolation hold here?

They look at files. What the database has, only the room of Neutron can tell.
"""

from __future__ import annotations

from importlib import metadata
import os
from typing import Any

from cloud_security import releases
from cloud_security.deploy import apis
from cloud_security.deploy import checks
from cloud_security.deploy import host_checks
from cloud_security.deploy import paste_check
from cloud_security.deploy import plugin_config
from cloud_security.deploy import plugin_rules

Result = checks.Result
result = checks.result


class Checks(host_checks.HostChecks):
    """The checks, in the order in which the table shows them."""

    api = apis.NEUTRON
    conf = plugin_config.CONF
    rules = plugin_rules.RULES

    def release_warnings(self) -> list[str]:
        """Return sentences about a Neutron that was not tested."""
        release = metadata.version(self.api.account)
        warning = releases.warning(release, self.api.name)
        return [warning] if warning else []

    def is_loaded(self) -> bool:
        """Tell whether the API loads the plugin."""
        return bool(self.check_plugin().code != checks.Code.FAILURE)

    def check_plugin(self) -> Result:
        """The plugin in the list that counts, and in this Python."""
        api = apis.NEUTRON
        parts = self.conf[api.option]
        place = self.conf.get_location(api.option)
        path = str(place.detail if place else '')
        if not os.path.isfile(path):
            # No file has the list.
            path = str([*self.conf.config_file, api.conf_file][0])
        failures = []
        if {api.plugin, *api.others}.isdisjoint(parts):
            failures.append(
                f'{api.option} in {path} is {",".join(parts) or "empty"} and '
                f'lacks {api.plugin}, so that nobody is isolated: run '
                'cloud-security-manage enable --service network, and restart '
                f"{api.name}'s API. Its files count in the order in which it "
                'reads them.'
            )
        failures += self._foreign_plugins()
        return result(failures, paste_check.leftovers(path))

    def _foreign_plugins(self) -> list[str]:
        """Return sentences about a name that does not lead to our plugin."""
        api = apis.NEUTRON
        found: Any = metadata.entry_points()
        group = f'neutron.{api.option}'
        # Python 3.9 has a dictionary.
        entries = (
            found.select(group=group)
            if hasattr(found, 'select')
            else found.get(group, ())
        )
        named = {
            entry.value.replace(':', '.')
            for entry in entries
            if entry.name == api.plugin
        }
        if named == {*api.others}:
            return []
        return [
            f'{api.plugin} is {" and ".join(sorted(named)) or "no name"} '
            f'among the entry points {group} of this Python, so that '
            f"{api.name}'s API does not start, or isolates nobody: install "
            'cloud_security again, and remove what else has that name.'
        ]

    # network/checks.py adds what the database has.
    _upgrade_checks: Any = (
        ('Mode', host_checks.HostChecks.check_mode),
        ("Neutron's release", host_checks.HostChecks.check_release),
        ('Plugin in neutron.conf', check_plugin),
        ('Policy files', host_checks.HostChecks.check_policy_files),
        ('Rules of cloud_security', host_checks.HostChecks.check_rules),
        ('Policy defaults', host_checks.HostChecks.check_defaults),
        ('Roles', host_checks.HostChecks.check_roles),
    )
