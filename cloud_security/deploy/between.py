# SPDX-License-Identifier: Apache-2.0
"""Checks that compare the services of one host.

The process that checks a service writes its Facts into a file, and the one
that started it compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
import dataclasses
import json
from typing import Any
from typing import Optional

from cloud_security import releases
from cloud_security.deploy import checks
from cloud_security.deploy import own_token
from cloud_security.deploy import unchecked

#: The environment variable that names the file.
VARIABLE = 'CLOUD_SECURITY_FACTS'

#: What an isolation that lacks a service leaves open.
_OPEN = {
    'Nova': "opens the console of another's server",
    'Cinder': "attaches another's volume and reads it",
    'Glance': "boots from an image of another's disk",
    'Neutron': "takes another's floating IP, and opens security groups",
}


@dataclasses.dataclass(frozen=True)
class Facts:
    """Findings about one service, for the others.

    ``release`` is OpenStack's, empty where cloud_security does not know it.
    ``rules`` has the rules of cloud_security in force as ``{name: text}``,
    and is empty where they cannot be read. ``token_fault`` tells why the
    service sends no service token, and is empty where it does or needs none.
    """

    name: str
    mode: str
    is_loaded: bool
    release: str
    rules: Mapping[str, str]
    token_fault: str = ''

    @property
    def isolates(self) -> bool:
        """Tell whether members are kept from each other's things."""
        return self.is_loaded and self.mode == 'enforce'


def write(path: str, facts: Facts) -> None:
    """Write what the process of a service has found.

    :raises OSError: when the file cannot be written
    """
    with open(path, 'w', encoding='utf-8') as stream:
        json.dump(dataclasses.asdict(facts), stream)


def read(path: str) -> Optional[Facts]:
    """Return what the process of a service has found, None without it."""
    try:
        with open(path, encoding='utf-8') as stream:
            return Facts(**json.load(stream))
    except (OSError, ValueError, TypeError):
        return None


class Checks(checks.Checks):
    """The checks, in the order in which the table shows them."""

    display_title = 'Between services'

    def __init__(self, found: Mapping[str, Optional[Facts]]) -> None:
        """Take the facts of services.

        :param found: ``{name of each service on this host: its facts}``, with
            None where its checks came to no end
        """
        self.facts = [facts for facts in found.values() if facts]
        self.lacking = [name for name, facts in found.items() if not facts]

    def check_isolation(self) -> checks.Result:
        """Services that do not isolate beside others that do."""
        on = [facts.name for facts in self.facts if facts.isolates]
        if self.facts and not on:
            return unchecked.result(
                'No service of this host isolates. Their own checks say what '
                'to do.'
            )
        failures = [
            f'{_and(on)} isolate{"s" * (len(on) == 1)} and {facts.name} does '
            f'not: a member {_OPEN[facts.name]}. Its own checks say what to '
            'do.'
            for facts in self.facts
            if not facts.isolates
        ]
        here = {*self.lacking, *(facts.name for facts in self.facts)}
        elsewhere = [name for name in _OPEN if name not in here]
        if failures or self.lacking or not elsewhere:
            return self._compared(failures)
        return unchecked.result(
            f'{_and(elsewhere)}: not on this host. Run this command on each '
            'host of an API, too.'
        )

    def check_modes(self) -> checks.Result:
        """[cloud_security] mode of each service."""
        modes = {facts.name: facts.mode for facts in self.facts}
        return self._same('[cloud_security] mode is', modes)

    def check_releases(self) -> checks.Result:
        """The release of OpenStack to which each service belongs."""
        named = {facts.name: facts.release for facts in self.facts}
        known = {name: text for name, text in named.items() if text}
        return self._same('OpenStack is', known)

    def check_rules(self) -> checks.Result:
        """The rules of cloud_security of each service."""
        names = sorted({name for facts in self.facts for name in facts.rules})
        warnings = []
        for name in names:
            texts = {
                facts.name: f'"{facts.rules.get(name, "")}"'
                for facts in self.facts
                if facts.rules
            }
            warnings += _difference(f'{name} is', texts)
        unread = [facts.name for facts in self.facts if not facts.rules]
        return self._compared([], warnings, unread)

    def check_tokens(self) -> checks.Result:
        """[service_user] of the services that call others for a user."""
        warnings = [
            f'{facts.token_fault} for {facts.name}: the other services cannot '
            f'tell its requests from those of the user. {own_token.ADVICE}.'
            for facts in self.facts
            if facts.token_fault
        ]
        return self._compared([], warnings)

    def _same(self, what: str, values: Mapping[str, str]) -> checks.Result:
        return self._compared([], _difference(what, values))

    def _compared(
        self,
        failures: list[str],
        warnings: Optional[list[str]] = None,
        unread: Optional[list[str]] = None,
    ) -> checks.Result:
        """Return a result, Success only where all services were compared."""
        lacking = [*self.lacking, *(unread or ())]
        if failures or warnings or not lacking:
            return checks.result(failures, warnings or ())
        return unchecked.result(
            f'{_and(lacking)} could not be compared: mend what its own checks '
            'complain of.'
        )

    _upgrade_checks: Any = (
        ('Isolation everywhere', check_isolation),
        ('Modes', check_modes),
        ('Releases', check_releases),
        ('Rules of cloud_security', check_rules),
        ('Service tokens', check_tokens),
    )


def release(service: str, version: str) -> str:
    """Return OpenStack's release of a service, empty where unknown.

    :param version: such as ``34.0.0``
    """
    number = version.partition('.')[0]
    known = {str(key): text for key, text in releases.OF[service].items()}
    return known.get(number, '')


def _difference(what: str, values: Mapping[str, str]) -> list[str]:
    """Return a sentence about values that differ, none where they do not."""
    alike: dict[str, list[str]] = {}
    for name, value in values.items():
        alike.setdefault(value, []).append(name)
    if len(alike) < 2:
        return []
    said = _and([f'{value} for {_and(alike[value])}' for value in alike])
    return [f'{what} {said}: see whether that is meant.']


def _and(names: list[str]) -> str:
    """Join names as a sentence does."""
    *most, last = names or ['']
    return f'{", ".join(most)} and {last}' if most else last
