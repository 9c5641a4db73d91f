# SPDX-License-Identifier: Apache-2.0
"""Options of glance-api.conf that touch the promise.

Source: glance/common/config.py, glance/api/middleware/context.py and
glance/async_/flows/plugins/inject_image_metadata.py, Glance 28 to 33.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# These register the options.
from glance.api.middleware import context as _context  # noqa: F401
from glance.async_.flows.plugins import inject_image_metadata  # noqa: F401
from glance.common import property_utils as _properties  # noqa: F401
from keystonemiddleware import auth_token as _auth_token  # noqa: F401

from cloud_security.image import models
from cloud_security.image import protected_properties

#: Properties that tell the filter or Nova whose an image is.
_OWNERS = (models.OWNER, models.SERVER)


def unsafe(conf: Any) -> Iterator[str]:
    """Yield why isolation cannot hold with this configuration."""
    try:
        said = protected_properties.unsafe(conf)
    except ValueError as error:
        said = (
            f'property_protection_file {conf.property_protection_file}: '
            f'{error}. Mend it, or Glance does not start.'
        )
    if said:
        yield said
    injected = conf.inject_metadata_properties.inject
    named = [name for name in _OWNERS if name in injected]
    if named:
        yield (
            f'[inject_metadata_properties] inject writes {", ".join(named)} '
            'on each image that is imported, and so gives it to somebody '
            'else: take that out.'
        )


def disturbing(conf: Any) -> Iterator[str]:
    """Yield what members cannot do, or learn, with this configuration."""
    try:
        said = protected_properties.disturbing(conf)
    except ValueError:
        # It is unsafe, and said already.
        said = None
    if said:
        yield said
    if conf.image_property_quota == 0:
        yield (
            'image_property_quota is 0: the filter writes the property '
            f'{models.OWNER} on each new image, so that Glance refuses them '
            'all. Set it to 1 at least.'
        )
    # Newer releases have not got it.
    name = 'allow_additional_image_properties'
    if name in conf and not conf[name]:
        yield (
            'allow_additional_image_properties is off: Glance refuses each '
            f'new image, on which the filter writes {models.OWNER}. Switch it '
            'on, and set image_property_quota.'
        )
    if conf.show_multiple_locations:
        yield (
            'show_multiple_locations is on: members write locations of their '
            "own, also of the data of others' images where they know or guess "
            'the ID (OSSN-0090). Switch it off on APIs for users, or let '
            'services alone set_image_location in the policy.'
        )
    if conf.allow_anonymous_access:
        yield (
            'allow_anonymous_access is on: the filter refuses callers without '
            'a user with 500. Switch it off.'
        )
    if not conf.keystone_authtoken.include_service_catalog:
        yield (
            '[keystone_authtoken] include_service_catalog is off: the filter '
            'finds no endpoint of Nova, so that an image that a manager or an '
            "admin makes of somebody's server belongs to who made it. Switch "
            'it on.'
        )
