# SPDX-License-Identifier: Apache-2.0
"""Operations on a port.

Source: neutron/db/db_base_plugin_v2.py, neutron/plugins/ml2/plugin.py and
neutron/conf/policies/port.py, Neutron 24 to 29.
"""

from cloud_security.probe.catalog.network.network_forms import deletes
from cloud_security.probe.catalog.network.network_forms import only_refused
from cloud_security.probe.catalog.network.network_forms import reads
from cloud_security.probe.catalog.network.network_forms import updates
from cloud_security.probe.catalog.operations import EITHER

_PAIRS = [{'ip_address': '198.51.100.7'}]
_HOST = 'cloud-security-probe'

READS = (
    reads('show a port', 'ports/{port}', is_core=True),
    reads('show a port as JSON', 'ports/{port}.json'),
    reads('show a port in capitals', 'ports/{PORT}'),
    reads('show fields of a port', 'ports/{port}?fields=id&fields=name'),
    # Neutron shows bindings to admins alone.
    reads(
        "list a port's bindings",
        'ports/{port}/{bindings}',
        works=EITHER,
        part='port bindings',
        repeats=False,
    ),
)

CHANGES = (
    # The name stays, for cleanup.
    updates(
        'rename a port',
        'ports/{port}',
        'port',
        values={'name': '{name}'},
        is_core=True,
        repeats=True,
    ),
    updates(
        'describe a port',
        'ports/{port}',
        'port',
        values={'description': '{description}'},
        repeats=True,
    ),
    updates(
        'switch a port off',
        'ports/{port}',
        'port',
        values={'admin_state_up': False},
        repeats=True,
    ),
    updates(
        'switch a port on',
        'ports/{port}',
        'port',
        values={'admin_state_up': True},
        repeats=True,
    ),
    updates(
        'take its security groups off a port',
        'ports/{port}',
        'port',
        values={'security_groups': []},
        part='security groups',
    ),
    updates(
        'give a port to a device',
        'ports/{port}',
        'port',
        values={'device_id': '{device}', 'device_owner': 'probe:none'},
    ),
    # Neutron lets the network's owner do the next ones, or admins alone.
    *(
        updates(
            name,
            'ports/{port}',
            'port',
            values=values,
            works=EITHER,
        )
        for name, values in (
            (
                'let a port use another address',
                {'allowed_address_pairs': _PAIRS},
            ),
            ("change a port's MAC address", {'mac_address': '{other_mac}'}),
            ('bind a port to a host', {'binding:host_id': _HOST}),
            ("set a port's type", {'binding:vnic_type': 'normal'}),
        )
    ),
    only_refused(
        'activate a binding of a port',
        'PUT',
        'ports/{port}/{bindings}/cloud-security-probe/activate',
        {},
        part='port bindings',
    ),
    only_refused(
        'delete a binding of a port',
        'DELETE',
        'ports/{port}/{bindings}/cloud-security-probe',
        part='port bindings',
    ),
)

DELETIONS = (deletes('delete a port', 'ports/{port}', is_core=True),)
