"""Does isolation hold, on this host? What is checked, and what to do.

Each finding is a sentence that names what was found and what to do about it.
"""

import functools
import os
from typing import Any
from typing import Callable
from typing import Iterable

from nova import version
from nova.conf import CONF
from oslo_config import cfg
from oslo_upgradecheck import upgradecheck

from cloud_security import keystone as keystones
from cloud_security import releases
from cloud_security.compute import indexes
from cloud_security.compute import ownership
from cloud_security.compute import policy_targets
from cloud_security.compute import service
from cloud_security.deploy import host
from cloud_security.deploy import paste_check
from cloud_security.deploy import policy_files

Code = upgradecheck.Code
Result = upgradecheck.Result

PASTE = cfg.StrOpt(
    'paste',
    help="The api-paste.ini that Nova's API reads, where the environment of "
    'this command does not tell (OS_NOVA_CONFIG_DIR, OS_NOVA_CONFIG_FILES).',
)


def result(failures: Iterable[str], warnings: Iterable[str] = ()) -> Result:
    """Return what sentences about problems come to."""
    failures, warnings = list(failures), list(warnings)
    code = (
        Code.FAILURE
        if failures
        else Code.WARNING
        if warnings
        else Code.SUCCESS
    )
    return Result(code, ' '.join(failures + warnings) or None)


def _by_rules(
    check: Callable[[Any, Any], Result],
) -> Callable[[Any], Result]:
    """Give a check the enforcer with the rules in force."""

    @functools.wraps(check)
    def checked(self: Any) -> Result:
        try:
            enforcer = service.NOVA.rules.read()
        except Exception:
            return result(['The policy files cannot be read, see above.'])
        return check(self, enforcer)

    return checked


class Checks(upgradecheck.UpgradeCommands):
    """What is checked."""

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
        path = _paste()
        failures = paste_check.failures(path)
        warnings = paste_check.leftovers(path)
        other = CONF.find_file(CONF.wsgi.api_paste_config)
        if other and os.path.realpath(other) != os.path.realpath(path):
            warnings.append(
                f'[wsgi] api_paste_config is {other}, which the nova-api of '
                'Nova up to 31 reads instead: if that is what runs here, '
                f'name it with --paste, and enable it, too.'
            )
        return result(failures, warnings)

    def check_policy_files(self) -> Result:
        """Files that break or override the rules."""
        paths = list(policy_files.files())
        failures = list(policy_files.unreadable(paths))
        if failures:
            return result(failures)
        try:
            enforcer = service.NOVA.rules.read()
        except Exception as error:
            return result([f'Mend the policy files: {error}.'])
        return result(
            policy_files.open_without_the_filter(enforcer, paths),
            policy_files.replaced(paths),
        )

    @_by_rules
    def check_rules(self, enforcer: Any) -> Result:
        """The rules of cloud_security."""
        found = list(policy_files.contradictions(enforcer))
        return result(
            [text for is_open, text in found if is_open],
            [text for is_open, text in found if not is_open],
        )

    @_by_rules
    def check_traps(self, enforcer: Any) -> Result:
        """The operator's rules on user_id."""
        return result(policy_targets.traps(enforcer))

    def check_defaults(self) -> Result:
        """[oslo_policy] in nova.conf."""
        if CONF.oslo_policy.enforce_new_defaults:
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
        return Result(Code.SUCCESS, indexes.advice())

    @_by_rules
    def check_roles(self, enforcer: Any) -> Result:
        """The roles that the rules name."""
        try:
            keystone = keystones.connect()
            if keystone is None:
                return Result(
                    Code.SUCCESS,
                    'Keystone was not asked: no OS_ variables are set.',
                )
            missing = [
                role
                for role in sorted(policy_files.roles(enforcer))
                if not keystone.knows_role(role)
            ]
        except keystones.Unknown as error:
            return result((), [f'{error}.'])
        return result(
            (),
            [
                f'The rules name the role {role}, which Keystone does not '
                'know: create it, or name another.'
                for role in missing
            ],
        )

    _upgrade_checks = (
        ('Mode', check_mode),
        ("Nova's release", check_release),
        ('Filter in api-paste.ini', check_paste),
        ('Policy files', check_policy_files),
        ('Rules of cloud_security', check_rules),
        ('Rules on user_id', check_traps),
        ('Policy defaults', check_defaults),
        ('Servers without owner', check_owners),
        ('Index for lists', check_index),
        ('Roles', check_roles),
    )


def _first_line(error: Exception) -> str:
    return ''.join(str(error).strip().splitlines()[:1]).rstrip('.')


def _paste() -> str:
    """Return the api-paste.ini that this host's API reads."""
    return str(CONF.paste or host.api_files()[0])
