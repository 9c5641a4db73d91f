# SPDX-License-Identifier: Apache-2.0
"""Rules as they should read."""

from random import Random

from oslo_policy import _parser
import testtools

from cloud_security.deploy import correction
from cloud_security.deploy import rule_set
from cloud_security.policy import origin
from cloud_security.visibility import scope as scopes
from tests.unit.policy import random_rules

OTHERS = {'project_id': 'p', 'user_id': 'w'}


class TestCorrection(testtools.TestCase):
    def holds(self, enforcer, check):
        """Return for which callers a check holds, by their number."""
        return {
            number
            for number, creds in enumerate(random_rules.everybody())
            if enforcer.enforce(check, OTHERS, dict(creds))
        }

    def test_a_closed_rule_lets_admins_in_alone_without_the_filter(self):
        random = Random(2)
        admins = {
            number
            for number, creds in enumerate(random_rules.everybody())
            if creds['is_admin']
        }
        changed = 0
        for _ in range(100):
            enforcer = random_rules.enforcer(random)
            found = rule_set.RuleSet(enforcer, origin.Origins([]))
            before = enforcer.rules['it']
            closed = correction.closed(found, before)
            text = rule_set.text(closed)
            self.assertEqual(str(closed), str(_parser.parse_rule(text)))
            self.assertEqual(
                set(), self.holds(enforcer, closed) - admins, text
            )
            changed += str(closed) != str(before)
            if 'not isolation' in str(before):
                continue
            with scopes.on_this_thread(scopes.EVERYBODY):
                self.assertEqual(
                    self.holds(enforcer, before),
                    self.holds(enforcer, closed),
                    f'{before} -> {text}',
                )
        self.assertGreater(changed, 30)
