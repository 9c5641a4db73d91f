# SPDX-License-Identifier: Apache-2.0
"""HostChecks: the checks of cloud-security-status that all services share.

Each finding is a sentence that names the object, its file and what to do.
"""

from __future__ import annotations

import functools
from importlib import metadata
from typing import Any
from typing import Callable

from oslo_config import cfg

from cloud_security import keystone as keystones
from cloud_security.deploy import apis
from cloud_security.deploy import base_rules
from cloud_security.deploy import between
from cloud_security.deploy import checks
from cloud_security.deploy import environment
from cloud_security.deploy import lever
from cloud_security.deploy import names
from cloud_security.deploy import own_rules
from cloud_security.deploy import paste_check
from cloud_security.deploy import policy_files
from cloud_security.deploy import rule_set
from cloud_security.deploy import service_rules
from cloud_security.deploy import unchecked
from cloud_security.policy import rules

Result = checks.Result
result = checks.result

#: Options of the command, which each service's configuration takes.
OPTIONS = (
    cfg.StrOpt(
        'paste',
        help="The api-paste.ini that the service's API reads, where the "
        'environment or the configuration does not tell.',
    ),
    cfg.BoolOpt(
        'details',
        default=False,
        help='Name all rules of a finding, not the first eight, as --json '
        'does.',
    ),
)


def _by_rules(
    check: Callable[[Any, rule_set.RuleSet], Result],
) -> Callable[[Any], Result]:
    """Give a check the rules in force."""

    @functools.wraps(check)
    def checked(self: Any) -> Result:
        try:
            found = self.rules.read()
        except Exception:  # noqa: BLE001 "Policy files" tells it
            return result(['The policy files cannot be read, see above.'])
        return check(self, found)

    return checked


class HostChecks(checks.Checks):
    """Checks of one service's API on this host.

    A service's class says which ``api``, ``conf`` and ``rules`` it is, and
    puts the checks in the order in which the table shows them.
    """

    api: apis.Api
    conf: Any
    rules: service_rules.ServiceRules

    def release_warnings(self) -> list[str]:
        """Return sentences about a release that was not tested."""
        raise NotImplementedError

    def paste(self) -> tuple[str, list[str]]:
        """Return the api-paste.ini, and sentences about others."""
        raise NotImplementedError

    def token_fault(self) -> str:
        """Return why the service sends no token of its own, '' if it does.

        Not all services call others for a user.
        """
        return ''

    def is_loaded(self) -> bool:
        """Tell whether the API loads the filter."""
        return not paste_check.failures(self.paste()[0], self.api)

    def facts(self) -> between.Facts:
        """Return what is compared with other services of this host."""
        try:
            in_force = self.rules.read().enforcer.rules
            texts = {
                rule.name: rule_set.text(in_force[rule.name])
                for rule in rules.RULES
            }
        except Exception:  # noqa: BLE001 "Policy files" tells it
            texts = {}
        try:
            mode = str(self.conf.cloud_security.mode)
        except (cfg.Error, ValueError):
            mode = 'unknown'
        version = metadata.version(self.api.account)
        return between.Facts(
            self.api.name,
            mode,
            self.is_loaded(),
            between.release(self.api.name, version),
            texts,
            self.token_fault(),
        )

    def check_mode(self) -> Result:
        """[cloud_security] in the configuration."""
        name = self.api.conf_file
        try:
            mode = self.conf.cloud_security.mode
            self.conf.cloud_security.audit
            warnings = [
                *environment.contradictions(self.conf, self.api),
                *environment.unread(self.conf, self.api),
            ]
        except (cfg.Error, ValueError) as error:
            return result([f'Mend [cloud_security] in {name}: {error}.'])
        if mode == 'off':
            return result(
                [
                    '[cloud_security] mode is off: nobody is isolated. '
                    'Set it to enforce.'
                ],
                warnings,
            )
        if mode == 'monitor':
            warnings.insert(
                0,
                '[cloud_security] mode is monitor: nothing is hidden yet. '
                'Read cloud-security-manage report, then set it to enforce.',
            )
        return result((), warnings)

    def check_release(self) -> Result:
        """The release of the service."""
        return result((), self.release_warnings())

    def check_paste(self) -> Result:
        """The filter in the pipelines."""
        path, warnings = self.paste()
        failures = paste_check.failures(path, self.api)
        return result(failures, [*paste_check.leftovers(path), *warnings])

    def check_policy_files(self) -> Result:
        """Files that break or override the rules."""
        failures, warnings = self.rules.faults_of_files()
        if failures:
            return result(failures, warnings)
        try:
            found = self.rules.read()
        except Exception as error:  # noqa: BLE001 YAML's and others
            refused = self.rules.refused_by_the_service()
            return result(refused or [f'Mend the policy files: {error}.'])
        return result(
            [
                *policy_files.misnamed(found),
                *self.rules.open_without_the_filter(found),
            ],
            [
                *warnings,
                *base_rules.replaced(found),
                *policy_files.surprises(found),
            ],
        )

    @_by_rules
    def check_rules(self, found: rule_set.RuleSet) -> Result:
        """The rules of cloud_security."""
        failures = list(own_rules.misread(found))
        if not failures:
            failures = list(base_rules.undecidable(found, lever.OURS))
        if failures:
            return result(failures)
        said = list(own_rules.contradictions(found))
        return result(
            [text for is_open, text in said if is_open],
            [text for is_open, text in said if not is_open],
        )

    @_by_rules
    def check_traps(self, found: rule_set.RuleSet) -> Result:
        """The operator's rules on user_id."""
        return result(self.rules.traps(found))

    @_by_rules
    def check_exemptions(self, found: rule_set.RuleSet) -> Result:
        """Callers for whom isolation breaks what they may do."""
        return result((), self.rules.to_exempt(found))

    def check_defaults(self) -> Result:
        """[oslo_policy] in the configuration."""
        try:
            is_new = self.conf.oslo_policy.enforce_new_defaults
        except (cfg.Error, ValueError) as error:
            return result(
                [f'Mend [oslo_policy] in {self.api.conf_file}: {error}.']
            )
        if is_new:
            return result(())
        return result(
            (),
            [
                '[oslo_policy] enforce_new_defaults is off: '
                f'{self.api.name} lets everybody in who belongs to the '
                'project, readers too. Isolation holds, but consider '
                'switching it on.'
            ],
        )

    @_by_rules
    def check_roles(self, found: rule_set.RuleSet) -> Result:
        """The roles, projects, users and domains that the rules name."""
        try:
            keystone = keystones.connect()
            if keystone is None:
                odd = list(names.odd(found))
                if odd:
                    return result((), odd)
                return unchecked.result(
                    'Keystone was not asked whether it knows the roles that '
                    "the rules name: set the admin's OS_ variables for that."
                )
            return result((), names.unknown(found, keystone))
        except keystones.Unknown as error:
            return result((), [f'{error}.'])


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, without its full stop."""
    return ''.join(str(error).strip().splitlines()[:1]).rstrip('.')
