# SPDX-License-Identifier: Apache-2.0
"""Requests to Nova and Cinder that name an image.

The images need more memory and a larger disk than any cloud has. Nova and
Cinder refuse them after they found the image, and make nothing.
Source: nova/compute/api.py _validate_flavor_image_nostatus, Nova 29 to 34;
cinder/volume/flows/api/create_volume.py, Cinder 24 to 29.
"""

from cloud_security.probe.catalog.image.image_forms import operation
from cloud_security.probe.catalog.operations import Effect
from cloud_security.probe.catalog.operations import EITHER
from cloud_security.probe.catalog.operations import Kind

#: Nova's newest microversion with images.
_PROXY = '2.35'

SEAMS = (
    operation(
        'show an image through Nova',
        'GET',
        'images/{image}',
        asks='compute',
        until=_PROXY,
        part='images in Nova',
        repeats=False,
    ),
    operation(
        'list images through Nova',
        'GET',
        'images/detail?limit=1000',
        kind=Kind.SEARCHED,
        asks='compute',
        until=_PROXY,
        part='images in Nova',
        repeats=False,
    ),
    operation(
        'boot from an image',
        'POST',
        'servers',
        {
            'server': {
                'name': '{new_name}',
                'flavorRef': '{flavor}',
                'imageRef': '{image}',
                'networks': 'none',
                'metadata': {'probe': 'x'},
            }
        },
        kind=Kind.BUILT,
        effect=Effect.CHANGES,
        works=EITHER,
        asks='compute',
        until='2.37',
        part='images in Nova',
        repeats=False,
    ),
    operation(
        'make a volume of an image',
        'POST',
        'volumes',
        {
            'volume': {
                'name': '{new_name}',
                'size': 1,
                'imageRef': '{image}',
                'metadata': {'probe': 'x'},
            }
        },
        kind=Kind.BUILT,
        effect=Effect.CHANGES,
        works=EITHER,
        asks='volume',
        makes='volume',
        until='3.0',
        part='images in Cinder',
        repeats=False,
    ),
)
