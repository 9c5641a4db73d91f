# SPDX-License-Identifier: Apache-2.0
"""Each rule of the recorder, taken out, leaves a wrong history."""

import contextlib
from unittest import mock

from neutron.db import models_v2
from neutron.db.models import allowed_address_pair
from neutron.db.port_security import models as port_security
from neutron_lib.db import api as db_api
from sqlalchemy import orm

from cloud_security.trace import checking
from cloud_security.trace import interval_recorder
from cloud_security.trace import repairing
from cloud_security.trace import touched_rows
from cloud_security.trace import writing
from tests.functional.trace import scenario

#: What Neutron never does with a row.
NEVER = {
    (allowed_address_pair.AllowedAddressPair, 'after_update'),
    # The port goes, too.
    (port_security.PortSecurityBinding, 'after_delete'),
    # A port gets an address meanwhile, see TestThreads.
    (models_v2.Subnet, 'after_delete'),
    # It names users, see test_faults.py.
    (orm.Session, 'after_begin'),
    # It cleans a session that goes on, see test_faults.py.
    (orm.Session, 'after_transaction_end'),
}


class TestRules(scenario.Scenario):
    # A rule that is taken out may end in an error.
    is_strict = False

    def test_all_rules_keep_the_history(self):
        self.assertIsNone(self.play())
        self.assertEqual([], self.oracle.overlaps())
        gaps = self.sql('select reason from cloud_security_ip_gaps')
        self.assertEqual([], gaps)

    def test_each_rule_is_needed(self):
        survivors = []
        for name, mutation, kinds in self.mutations():
            with mutation:
                wrong = self.play(*kinds)
            if wrong is None:
                survivors.append(name)
            repairing.repair(self.engine, checking.compare(self.engine))
        self.assertEqual([], survivors)

    def mutations(self):
        """Yield names, what takes a rule out, and kinds that tell."""
        for target, event, function in interval_recorder.listeners():
            if (target, event) not in NEVER:
                yield (
                    f'{target.__name__} {event}',
                    without(target, event, function),
                    touched_rows.WATCHED.get(target, ('port',))[:1],
                )
        for model, (kind, key, others) in touched_rows.WATCHED.items():
            for name in others:
                rest = tuple(other for other in others if other != name)
                yield (
                    f'{model.__name__}.{name}',
                    mock.patch.dict(
                        touched_rows.WATCHED, {model: (kind, key, rest)}
                    ),
                    (kind,),
                )
        yield (
            'what hangs on a deleted port',
            mock.patch.object(writing, 'open_keys', return_value=set()),
            ('port',),
        )
        yield 'ends', mock.patch.object(writing, 'end'), ('port',)
        yield 'beginnings', mock.patch.object(writing, 'begin'), ('port',)


@contextlib.contextmanager
def without(target, event, function):
    """Take a listener out for a while."""
    db_api.sqla_remove(target, event, function)
    try:
        yield
    finally:
        db_api.sqla_listen(target, event, function)
