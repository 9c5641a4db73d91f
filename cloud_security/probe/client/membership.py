# SPDX-License-Identifier: Apache-2.0
"""Membership: different users of one project, with ordinary roles."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_security.probe.client import accounts
from cloud_security.probe.client import limits

#: Roles that see and change everything by default.
POWERFUL = {'admin', 'manager'}
#: Accounts that must reach nothing, and the nouns of their roles.
ORDINARY = {'peer': 'member', accounts.READER: 'reader'}


def check(everybody: Sequence[accounts.Account]) -> None:
    """Check the accounts of a run; the first is the owner.

    :raises CannotTell: when the accounts can prove nothing
    """
    owner = everybody[0]
    names: dict[str, str] = {}
    for account in everybody:
        other = names.setdefault(account.user_id, account.name)
        if other != account.name:
            raise limits.CannotTell(
                f'The {other} and the {account.name} are the same user; '
                'the probe needs different users of one project.'
            )
        # An admin may have another project.
        if account.name != 'admin' and account.project_id != owner.project_id:
            raise limits.CannotTell(
                f'The owner and the {account.name} have different projects: '
                f'{owner.project_id} and {account.project_id}.'
            )
        if account.name not in ORDINARY:
            continue
        powers = POWERFUL.intersection(map(str.lower, account.roles))
        if powers:
            raise limits.CannotTell(
                f'The {account.name} has the role '
                f'{" and ".join(sorted(powers))}; the probe needs an ordinary '
                f'{ORDINARY[account.name]}.'
            )
