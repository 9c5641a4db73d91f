# SPDX-License-Identifier: Apache-2.0
"""Volumes that are rows of Cinder's and hold nothing."""

import io

from cinder.tests import fake_driver


class VolumeDriver(fake_driver.FakeLoggingVolumeDriver):
    """Copies nothing, and uploads a line."""

    def clone_image(
        self, context, volume, image_location, image_meta, image_service
    ):
        # Done: Cinder needs neither sudo nor qemu-img.
        return {}, True

    def copy_image_to_volume(self, *args, **kwargs):
        pass

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        image_service.update(
            context, image_meta['id'], {}, io.BytesIO(b'A volume\n')
        )

    def extend_volume(self, volume, new_size):
        pass

    def update_provider_info(self, volumes, snapshots):
        return None, None

    def get_volume_stats(self, refresh=False):
        """Return enough of everything."""
        pool = {
            'pool_name': 'lab',
            'total_capacity_gb': 10000,
            'free_capacity_gb': 10000,
            'provisioned_capacity_gb': 0,
            'reserved_percentage': 0,
            'QoS_support': False,
            'multiattach': True,
            'max_over_subscription_ratio': '20.0',
            'thin_provisioning_support': True,
            'thick_provisioning_support': False,
        }
        return {
            'volume_backend_name': 'lab',
            'vendor_name': 'lab',
            'driver_version': '1',
            'storage_protocol': 'iSCSI',
            'pools': [pool],
        }
