# SPDX-License-Identifier: Apache-2.0
"""Guests that Nova's own fake driver keeps, also over a restart.

Its driver is for tests of one process: it forgets guests, and has another ID
of its node in each process.
"""

import functools
import io
import json
import os

import nova.conf
from nova.image import glance
from nova.virt import fake
from nova.virt import node

CONF = nova.conf.CONF


def _kept(name):
    """Return a method of the fake driver's, after which guests are kept."""
    method = getattr(fake.FakeDriver, name)

    @functools.wraps(method)
    def keeping(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        finally:
            self.keep()

    return keeping


class FakeDriver(fake.FakeDriver):
    """Two dozen small guests fit on a node."""

    vcpus = 64
    memory_mb = 131072
    local_gb = 4096

    def init_host(self, host):
        super().init_host(host)
        if os.path.exists(self._path):
            with open(self._path) as stream:
                for server_id, (name, state) in json.load(stream).items():
                    self.instances[server_id] = fake.FakeInstance(
                        name, state, server_id
                    )

    @property
    def _path(self):
        return os.path.join(CONF.state_path, 'guests.json')

    def keep(self):
        """Write the guests to a file."""
        guests = {
            guest.uuid: (guest.name, guest.state)
            for guest in list(self.instances.values())
        }
        unfinished = f'{self._path}.{os.getpid()}'
        with open(unfinished, 'w') as stream:
            json.dump(guests, stream)
        os.replace(unfinished, self._path)

    spawn = _kept('spawn')
    destroy = _kept('destroy')
    power_on = _kept('power_on')
    power_off = _kept('power_off')
    unrescue = _kept('unrescue')
    finish_revert_migration = _kept('finish_revert_migration')

    def get_nodenames_by_uuid(self, refresh=False):
        return {
            node.get_local_node_uuid(): name
            for name in self.get_available_nodes()
        }

    def get_available_resource(self, nodename):
        found = super().get_available_resource(nodename)
        if found:
            found['uuid'] = node.get_local_node_uuid()
        return found

    def get_console_output(self, context, instance):
        lines = [f'line {number}' for number in range(2, 40)]
        return '\n'.join([f'Console of {instance.uuid}', *lines, 'Last line'])

    def snapshot(self, context, instance, image_id, update_task_state):
        """Upload a line, so that the image becomes active."""
        super().snapshot(context, instance, image_id, update_task_state)
        images = glance.API()
        image = images.get(context, image_id)
        images.update(
            context,
            image_id,
            {
                'name': image['name'],
                'disk_format': 'raw',
                'container_format': 'bare',
                'properties': {
                    'image_location': 'snapshot',
                    'image_state': 'available',
                    'owner_id': instance.project_id,
                },
            },
            io.BytesIO(f'Disk of {instance.uuid}\n'.encode()),
        )
