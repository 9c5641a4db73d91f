# SPDX-License-Identifier: Apache-2.0
"""Things of clients that are still there, as an admin sees them.

``remains.py --remove FILE`` removes what an earlier run has left, and keeps
the IDs of floating IPs, of which clients name few. ``remains.py --tell FILE``
exits with 1 and a line for each thing. Runs in the lab's environment.
"""

import json
import pathlib
import sys

from journey import MARK
import openstack


def remains(admin):
    """Return ``[(kind, thing, how to remove it)]``, servers first."""
    network, storage = admin.network, admin.block_storage
    everybodys = {'details': True, 'all_projects': True}
    kinds = {
        'server': (
            admin.compute.servers(**everybodys),
            lambda one: admin.delete_server(one.id, wait=True),
        ),
        'port': (network.ports(), network.delete_port),
        'security group': (
            network.security_groups(),
            network.delete_security_group,
        ),
        'snapshot': (storage.snapshots(**everybodys), storage.delete_snapshot),
        'volume': (
            storage.volumes(**everybodys),
            lambda one: _delete_volume(storage, one),
        ),
        'image': (admin.image.images(), admin.image.delete_image),
    }
    return [
        (kind, thing, remove)
        for kind, (things, remove) in kinds.items()
        for thing in things
        if (thing.name or '').startswith(MARK)
    ]


def _delete_volume(storage, volume):
    if volume.status == 'in-use':
        # Its server went a moment ago.
        storage.wait_for_status(volume, 'available', ['error'])
    storage.delete_volume(volume, cascade=True)


def main(option, path):
    """Tell of all, or remove all."""
    admin, kept = openstack.connect(cloud='admin'), pathlib.Path(path)
    found = remains(admin)
    if option == '--remove':
        ports = {thing.id for kind, thing, _ in found if kind == 'port'}
        for address in admin.network.ips():
            if address.port_id in ports or address.description.startswith(
                MARK
            ):
                admin.network.delete_ip(address)
        for _, thing, remove in found:
            remove(thing)
        addresses = [address.id for address in admin.network.ips()]
        kept.write_text(json.dumps(addresses))
        return 0
    addresses = set(json.loads(kept.read_text()))
    found += [
        ('floating IP', address, None)
        for address in admin.network.ips()
        if address.id not in addresses
    ]
    for kind, thing, _ in found:
        print(f'{kind} {thing.name} ({thing.id}) is left')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
