# SPDX-License-Identifier: Apache-2.0
"""Checks of cloud-security-status: does isolation hold on this host?

Each finding is a sentence that names the object, its file and what to do.
"""

import functools
import os
from typing import Any
from typing import Callable

from nova import version
from nova.conf import CONF
from oslo_config import cfg

from cloud_security import keystone as keystones
from cloud_security import releases
from cloud_security.compute import indexes
from cloud_security.compute import ownership
from cloud_security.compute import policy_rules
from cloud_security.compute import policy_targets
from cloud_security.deploy import apis
from cloud_security.deploy import base_rules
from cloud_security.deploy import checks
from cloud_security.deploy import lever
from cloud_security.deploy import names
from cloud_security.deploy import own_rules
from cloud_security.deploy import paste_check
from cloud_security.deploy import policy_files
from cloud_security.deploy import rule_set
from cloud_security.deploy import unchecked

Code = checks.Code
Result = checks.Result
result = checks.result

PASTE = cfg.StrOpt(
    'paste',
    help="The api-paste.ini that Nova's API reads, where the environment of "
    'this command does not tell (OS_NOVA_CONFIG_DIR, OS_NOVA_CONFIG_FILES).',
)
DETAILS = cfg.BoolOpt(
    'details',
    default=False,
    help='Name all rules of a finding, not the first eight, as --json does.',
)


def _by_rules(
    check: Callable[[Any, rule_set.RuleSet], Result],
) -> Callable[[Any], Result]:
    """Give a check the rules in force."""

    @functools.wraps(check)
    def checked(self: Any) -> Result:
        try:
            found = policy_rules.read()
        except Exception:
            return result(['The policy files cannot be read, see above.'])
        return check(self, found)

    return checked


class Checks(checks.Checks):
    """The checks, in the order in which the table shows them."""

    def check_mode(self) -> Result:
        """[cloud_security] in nova.conf."""
        try:
            mode = CONF.cloud_security.mode
            CONF.cloud_security.audit
        except (cfg.Error, ValueError) as error:
            return result([f'Mend [cloud_security] in nova.conf: {error}.'])
        if mode == 'off':
            return result(
                [
                    '[cloud_security] mode is off: nobody is isolated. '
                    'Set it to enforce.'
                ]
            )
        if mode == 'monitor':
            return result(
                (),
                [
                    '[cloud_security] mode is monitor: nothing is hidden yet. '
                    'Read cloud-security-manage report, then set it to '
                    'enforce.'
                ],
            )
        return result(())

    def check_release(self) -> Result:
        """The release of Nova."""
        release = version.version_string()
        if releases.is_supported(release):
            return result(())
        return result((), [releases.warning(release)])

    def check_paste(self) -> Result:
        """The filter in the pipelines."""
        path = CONF.paste or apis.NOVA.files()[0]
        failures = paste_check.failures(path)
        warnings = paste_check.leftovers(path)
        other = CONF.find_file(CONF.wsgi.api_paste_config)
        if other and os.path.realpath(other) != os.path.realpath(path):
            warnings.append(
                f'[wsgi] api_paste_config is {other}, which the nova-api of '
                'Nova up to 31 reads instead: if that runs here, name it with '
                '--paste, and enable it, too.'
            )
        return result(failures, warnings)

    def check_policy_files(self) -> Result:
        """Files that break or override the rules."""
        failures, warnings = policy_rules.faults_of_files()
        if failures:
            return result(failures, warnings)
        try:
            found = policy_rules.read()
        except Exception as error:
            return result([f'Mend the policy files: {error}.'])
        return result(
            [
                *policy_files.misnamed(found),
                *policy_rules.open_without_the_filter(found),
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
        return result(policy_targets.sentences(found))

    @_by_rules
    def check_exemptions(self, found: rule_set.RuleSet) -> Result:
        """Callers for whom isolation breaks what they may do."""
        return result((), policy_rules.to_exempt(found))

    def check_defaults(self) -> Result:
        """[oslo_policy] in nova.conf."""
        try:
            is_new = CONF.oslo_policy.enforce_new_defaults
        except (cfg.Error, ValueError) as error:
            return result([f'Mend [oslo_policy] in nova.conf: {error}.'])
        if is_new:
            return result(())
        return result(
            (),
            [
                '[oslo_policy] enforce_new_defaults is off: Nova lets '
                'everybody in who belongs to the project, readers too. '
                'Isolation holds, but consider switching it on.'
            ],
        )

    def check_owners(self) -> Result:
        """Servers that belong to nobody."""
        try:
            count = ownership.without_owner()
        except Exception as error:
            return result(
                [
                    "Nova's API database does not answer, see [api_database] "
                    f'connection in nova.conf: {_first_line(error)}.'
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
                f'({_first_line(error)}): see [api_database] connection in '
                'nova.conf.'
            )
        if found.unanswered:
            return result((), found.complaints())
        return Result(Code.SUCCESS, found.advice())

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

    _upgrade_checks = (
        ('Mode', check_mode),
        ("Nova's release", check_release),
        ('Filter in api-paste.ini', check_paste),
        ('Policy files', check_policy_files),
        ('Rules of cloud_security', check_rules),
        ('Rules on user_id', check_traps),
        ('Callers to exempt', check_exemptions),
        ('Policy defaults', check_defaults),
        ('Servers without owner', check_owners),
        ('Index for lists', check_index),
        ('Roles', check_roles),
    )


def _first_line(error: Exception) -> str:
    return ''.join(str(error).strip().splitlines()[:1]).rstrip('.')
