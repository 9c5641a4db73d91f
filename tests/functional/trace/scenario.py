# SPDX-License-Identifier: Apache-2.0
"""Each kind of change once, through Neutron's API or its session."""

import contextlib

from neutron.db import models_v2
from neutron.db.models import l3
from neutron.db.models import port_forwarding
from neutron.db.port_security import models as port_security
from neutron_lib import context as contexts
from neutron_lib.db import api as db_api
from oslo_utils import uuidutils
import sqlalchemy as sa

from tests.functional.trace import cloud
from tests.functional.trace import oracle


class Scenario(cloud.Cloud):
    """Each kind of change once, with a look at the history behind each."""

    def setUp(self):
        super().setUp()
        self.external = self.external_network()
        self.oracle = oracle.Oracle(self)
        self.count = 0

    @contextlib.contextmanager
    def session(self):
        """Yield a session, as Neutron's own code has it."""
        context = contexts.get_admin_context()
        with db_api.CONTEXT_WRITER.using(context):
            yield context.session

    def row(self, session, model, **key):
        return session.query(model).filter_by(**key).one()

    def server_port(self, **values):
        return self.port(
            self.alice,
            **{**self.bound(), **values},
        )

    def change(self, port, **values):
        self.done(self.root.put(f'ports/{port["id"]}', {'port': values}))

    def done(self, response):
        self.assertIn(response[0] // 100, (2,), response)
        return response[1]

    def steps(self, *kinds):
        """Change something of some kinds at each ``yield``, or of all."""
        self.count += 1
        first = self.server_port()
        yield
        second = self.server_port()
        if not kinds or {'port', 'fixed', 'pair'} & {*kinds}:
            yield from self.port_steps(first)
        if not kinds or 'floating' in kinds:
            yield from self.floating_steps(first, second)
        if not kinds or 'forward' in kinds:
            yield from self.forward_steps(first, second)
        if not kinds or 'snat' in kinds:
            yield from self.router_steps()
        yield from self.plain_steps(first, second)
        self.done(self.root.delete(f'ports/{second["id"]}'))
        yield

    def port_steps(self, port):
        self.change(port, device_id='other')
        yield
        self.change(port, device_owner='compute:az2')
        yield
        self.change(port, mac_address=f'fa:16:3e:00:00:{self.count:02x}')
        yield
        self.change(port, allowed_address_pairs=[{'ip_address': '192.0.2.1'}])
        yield
        self.change(port, allowed_address_pairs=[])
        yield
        self.change(port, port_security_enabled=False, security_groups=[])
        yield
        with self.session() as session:
            session.execute(
                sa.delete(port_security.PortSecurityBinding).where(
                    port_security.PortSecurityBinding.port_id == port['id']
                )
            )
        yield
        with self.session() as session:
            session.add(
                port_security.PortSecurityBinding(
                    port_id=port['id'], port_security_enabled=False
                )
            )
        yield
        own = {'subnet_id': self.subnet['id']}
        self.change(port, fixed_ips=[*port['fixed_ips'], own])
        yield
        self.change(port, fixed_ips=port['fixed_ips'])
        yield

    def floating_steps(self, first, second):
        floating = self.floating_ip(self.alice, port_id=first['id'])
        path = f'floatingips/{floating["id"]}'
        yield
        own = {'subnet_id': self.subnet['id']}
        self.change(second, fixed_ips=[*second['fixed_ips'], own])
        addresses = [
            fixed['ip_address']
            for fixed in self.root.get(f'ports/{second["id"]}')[1]['port'][
                'fixed_ips'
            ]
        ]
        for address in addresses:
            self.done(
                self.alice.put(
                    path,
                    {
                        'floatingip': {
                            'port_id': second['id'],
                            'fixed_ip_address': address,
                        }
                    },
                )
            )
            yield
        with self.session() as session:
            row = self.row(session, l3.FloatingIP, id=floating['id'])
            row.fixed_port_id = first['id']
        yield
        self.done(self.alice.put(path, {'floatingip': {'port_id': None}}))
        yield
        self.done(
            self.alice.put(path, {'floatingip': {'port_id': first['id']}})
        )
        self.done(self.alice.delete(path))
        yield

    def forward_steps(self, first, second):
        floating = self.floating_ip(self.alice)
        path = f'floatingips/{floating["id"]}/port_forwardings'

        def address(port):
            return port['fixed_ips'][0]['ip_address']

        one = self.done(
            self.alice.post(
                path,
                {
                    'port_forwarding': {
                        'protocol': 'tcp',
                        'external_port': 80,
                        'internal_port': 8080,
                        'internal_port_id': first['id'],
                        'internal_ip_address': address(first),
                    }
                },
            )
        )['port_forwarding']
        yield
        for changes in (
            {'protocol': 'udp'},
            {
                'internal_neutron_port_id': second['id'],
                'internal_ip_address': address(second),
            },
            {'internal_neutron_port_id': first['id']},
            {'internal_ip_address': address(first)},
            {'internal_port_start': 1},
            {'internal_port_end': 9999},
            {'external_port_start': 1},
            {'external_port_end': 9999},
        ):
            with self.session() as session:
                row = self.row(
                    session, port_forwarding.PortForwarding, id=one['id']
                )
                for name, value in changes.items():
                    setattr(row, name, value)
            yield
        self.done(self.alice.delete(f'{path}/{one["id"]}'))
        yield
        self.done(self.alice.delete(f'floatingips/{floating["id"]}'))

    def router_steps(self):
        info = {'network_id': self.external['id']}
        router = self.root.make(
            'routers', 'router', name='r', external_gateway_info=info
        )
        path = f'routers/{router["id"]}'
        yield
        for value in ({**info, 'enable_snat': False}, info, {}, info):
            self.done(
                self.root.put(
                    path, {'router': {'external_gateway_info': value}}
                )
            )
            yield
        with self.session() as session:
            gateway = self.row(session, l3.Router, id=router['id']).gw_port_id
            session.add(
                l3.Router(
                    id=f'{self.count:036d}',
                    name='second',
                    gw_port_id=gateway,
                    enable_snat=True,
                )
            )
        yield
        with self.session() as session:
            session.delete(
                self.row(session, l3.Router, id=f'{self.count:036d}')
            )
        yield
        self.done(self.root.delete(path))
        yield

    def plain_steps(self, first, second):
        """Change what Neutron's releases do not change today."""
        # A port without a setting of port security.
        values = {
            'id': uuidutils.generate_uuid(),
            'network_id': self.network['id'],
            'mac_address': f'fa:16:3e:01:00:{self.count:02x}',
            'admin_state_up': True,
            'status': 'DOWN',
            'device_id': '',
            'device_owner': '',
        }
        with self.session() as session:
            session.add(models_v2.Port(**values))
        yield
        with self.session() as session:
            session.delete(self.row(session, models_v2.Port, id=values['id']))
        yield
        address = first['fixed_ips'][0]['ip_address']
        with self.session() as session:
            row = self.row(session, models_v2.IPAllocation, ip_address=address)
            row.port_id = second['id']
        yield
        with self.session() as session:
            row = self.row(session, models_v2.IPAllocation, ip_address=address)
            row.ip_address = f'10.0.200.{self.count}'
        yield
        with self.session() as session:
            session.execute(
                sa.update(models_v2.IPAllocation)
                .where(models_v2.IPAllocation.port_id == second['id'])
                .values(port_id=first['id'])
                .execution_options(synchronize_session=False)
            )
        yield
        with self.session() as session:
            session.execute(
                models_v2.Port.__table__.delete().where(
                    models_v2.Port.__table__.c.id == first['id']
                )
            )
        yield

    def play(self, *kinds):
        """Return the number of the step behind which something is wrong."""
        for number, _ in enumerate(self.steps(*kinds)):
            if self.oracle.look():
                return number
        return None
