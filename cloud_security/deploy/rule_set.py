# SPDX-License-Identifier: Apache-2.0
"""The rules in force of a service, with their files and their targets.

Nothing here knows a service: which rules pass whose ID, and which are about
nothing that has an owner, is handed in.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import functools
import itertools
import json
import re
from typing import Any
from typing import Optional

from oslo_policy import _parser
from oslo_policy import policy

from cloud_security.deploy import apis
from cloud_security.deploy import drop_in as drop_ins
from cloud_security.policy import inspection
from cloud_security.policy import origin
from cloud_security.policy import rules
from cloud_security.policy import witness

#: A target of which nothing is known but that it is in the caller's project.
UNKNOWN: witness.Target = {
    'project_id': witness.OWN,
    'user_id': witness.ANY,
}
#: What a token tells of domains. In many clouds, all users are in one.
DOMAINS = frozenset({'domain_id', 'project_domain_id', 'user_domain_id'})
#: Callers that are looked at of those for whom a rule holds.
MOST_CALLERS = 1000
#: Neutron's checks of fields, which print themselves with a second colon.
#: Source: neutron/policy.py FieldCheck, Neutron 24 to 29.
_OF_FIELD = re.compile(r'(?<!\w)(field:[^:\s()]+:[^:\s()]+):')


@dataclasses.dataclass(frozen=True)
class RuleSet:
    """Rules in force, as a search finds callers for them.

    :param targets: ``{rule: what the service passes to it}``; a rule that is
        not there is given UNKNOWN
    :param without_servers: rules whose responses tell of nothing that has an
        owner
    :param most: names that a sentence lists, None for all
    """

    enforcer: Any
    origins: origin.Origins
    targets: Mapping[str, witness.Target] = dataclasses.field(
        default_factory=dict
    )
    without_servers: Collection[str] = ()
    most: Optional[int] = 8
    api: apis.Api = apis.NOVA

    def changed(
        self, changes: Mapping[str, Any], rules_then: Any = None
    ) -> policy.Rules:
        """Return rules with some changes.

        :param rules_then: rules instead of those in force
        """
        before = self.enforcer.rules if rules_then is None else rules_then
        # Where files have a rule "default", it stands for those that miss.
        return policy.Rules({**before, **changes}, self.enforcer.default_rule)

    def target(self, name: str) -> witness.Target:
        """Return what the service tells a rule about an object."""
        return self.targets.get(name, UNKNOWN)

    def callers(
        self,
        check: Any,
        target: witness.Target = witness.OURS,
        rules_then: Optional[Mapping[str, Any]] = None,
        further: Collection[witness.Goal] = (),
        enforced: bool = False,
    ) -> Iterator[witness.Caller]:
        """Yield isolated callers for whom a check holds.

        :param rules_then: rules instead of those in force
        :param further: what is to be true of them as well
        :param enforced: inside the filter
        """
        return self.search(
            witness.Goal(check, True, target),
            *self._isolated,
            *further,
            rules_then=rules_then,
            enforced=enforced,
        )

    @functools.cached_property
    def _isolated(self) -> list[witness.Goal]:
        """Return what is true of callers who are isolated."""
        goals = [
            witness.Goal(parse('rule:context_is_admin'), False),
            witness.Goal(parse(f'rule:{rules.EXEMPT}'), False),
        ]
        isolated = witness.Goal(parse(f'rule:{rules.ISOLATED}'), True)
        # Where nobody is, that is told, and the rest is looked at as well.
        return goals + [isolated] * any(self.search(isolated))

    def search(
        self,
        *goals: witness.Goal,
        rules_then: Optional[Mapping[str, Any]] = None,
        enforced: bool = False,
    ) -> Iterator[witness.Caller]:
        """Yield callers of whom all is true, admins and exempt ones too."""
        found = witness.Search(
            self.enforcer.rules if rules_then is None else rules_then,
            not self.enforcer.conf.oslo_policy.enforce_new_defaults,
            enforced,
        ).callers(*goals)
        return itertools.islice(found, MOST_CALLERS)

    @property
    def exempting(self) -> list[str]:
        """Names of the rules in force that give a caller everything."""
        names = (rules.EXEMPT, *self.api.unrestricted)
        return [name for name in names if name in self.enforcer.rules]

    def place(self, name: str) -> Optional[origin.Place]:
        """Return where a rule comes from, None for a default."""
        return self.origins.of(self.enforcer, name)

    def said_of(self, name: str) -> str:
        """Return a rule as a sentence names it, with its file."""
        place = self.place(name)
        if place is None:
            return f'{name} (a default)'
        if place.name != name:
            return f'{name} ({place.name} in {place})'
        return f'{name} ({place})'

    def defaults(self, name: str) -> str:
        """Return lines that undo what the operator's files say about a rule.

        The lines of each file stand behind its name. A base rule is undone to
        what the drop-in has.
        """
        lines: dict[str, str] = {}
        for part in inspection.referred(self.enforcer, name):
            place = self.place(part)
            default = self.enforcer.registered_rules.get(part)
            if place is None or default is None or self.is_dropped_in(place):
                continue
            text = self._dropped_in.get(part, default.check_str)
            found = line(place.name, text)
            if found not in lines.get(place.path, ''):
                lines[place.path] = lines.get(place.path, '') + found
        return ''.join(f'\nIn {path}:{text}' for path, text in lines.items())

    @functools.cached_property
    def _dropped_in(self) -> dict[str, str]:
        """The rules of the drop-in."""
        return {
            name: text(parse(value))
            for name, value in drop_ins.rules(self.drop_in, self.api).items()
        }

    def said_with_parts(self, name: str) -> str:
        """Return a rule with its file, and those that it refers to."""
        parts = [
            self.said_of(part)
            for part in inspection.referred(self.enforcer, name)
            for place in [self.place(part)]
            if part != name and place and not self.is_dropped_in(place)
        ]
        through = f', through {" and ".join(parts)},' if parts else ''
        return f'{self.said_of(name)}{through}'

    def listed(self, names: Collection[str]) -> str:
        """Return names for a sentence."""
        return inspection.listed(sorted(names), self.most)

    @functools.cached_property
    def drop_in(self) -> str:
        """The file with our base rules, whatever its name; '' for none."""
        return drop_ins.find(self.origins.paths, self.api)

    def own_file(self) -> str:
        """Return the name of a file for rules of the operator's."""
        return drop_ins.own_file(
            self.drop_in, self.origins.paths, self.enforcer.conf
        )

    def is_dropped_in(self, place: origin.Place) -> bool:
        """Tell whether a place holds one of our base rules."""
        return place.path == self.drop_in and place.name in self._dropped_in


def is_too_long(callers: Collection[witness.Caller]) -> bool:
    """Tell whether a search ended before it had found all callers."""
    return len(callers) >= MOST_CALLERS or witness.SOMEBODY in callers


def parse(text: Any) -> Any:
    """Return the check of a text, as oslo.policy reads it in a file."""
    return _parser.parse_rule(text)


def text(check: Any) -> str:
    """Return the text of a check, without brackets around the whole."""
    found = _OF_FIELD.sub(r'\1=', str(check))
    if isinstance(check, (policy.AndCheck, policy.OrCheck)):
        return found[1:-1]
    return found


def leaves(check: Any) -> Iterator[Any]:
    """Yield a check and those that it consists of."""
    return inspection.checks(check)


def line(name: str, rule: str) -> str:
    """Return a rule as it stands in a policy file, YAML or JSON."""
    written = json.dumps(rule, ensure_ascii=False)
    return f'\n    {json.dumps(name, ensure_ascii=False)}: {written}'


def who(caller: witness.Caller) -> str:
    """Return a caller for a sentence."""
    if caller == witness.SOMEBODY:
        return 'somebody'
    return f'callers with {caller}' if caller.true else 'every caller'
