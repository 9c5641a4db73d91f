# SPDX-License-Identifier: Apache-2.0
"""Requests to Nova that name a port.

A new server also wants a volume that does not exist. Nova looks the port up
first, and refuses, so that it boots nothing.
Source: nova/compute/api.py _create_instance, and
nova/api/openstack/compute/attach_interfaces.py, Nova 29 to 34.
"""

from cloud_security.probe.catalog.network.network_forms import changes
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import Kind

PART = 'ports in Nova'

SEAMS = (
    changes(
        'boot with a port',
        'POST',
        'servers',
        {
            'server': {
                'name': '{new_name}',
                'flavorRef': '{flavor}',
                'imageRef': '{image}',
                'networks': [{'port': '{spare}'}],
                'metadata': {'probe': 'x'},
                'block_device_mapping_v2': [
                    {
                        'boot_index': 0,
                        'uuid': '{image}',
                        'source_type': 'image',
                        'destination_type': 'local',
                    },
                    {
                        'boot_index': -1,
                        'uuid': '{nothing}',
                        'source_type': 'volume',
                        'destination_type': 'volume',
                    },
                ],
            }
        },
        kind=Kind.BUILT,
        about='spare',
        works=EITHER,
        asks='compute',
        makes='server',
        until='2.37',
        part=PART,
    ),
    changes(
        'attach a port to a server of its own',
        'POST',
        'servers/{own_server}/os-interface',
        {'interfaceAttachment': {'port_id': '{spare}'}},
        about='spare',
        asks='compute',
        until='2.37',
        part=PART,
        # The port comes off the server again.
        lasts=True,
    ),
)
