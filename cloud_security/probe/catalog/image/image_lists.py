# SPDX-License-Identifier: Apache-2.0
"""Lists that could name an image, pages, and filters that could find it.

Source: glance/api/v2/images.py RequestDeserializer.index, Glance 28 to 33.
"""

from cloud_security.probe.catalog.image.image_forms import finds
from cloud_security.probe.catalog.image.image_forms import lists

LISTS = (
    lists('list images', names_own=True, is_core=True),
    lists('list private images', '&visibility=private', names_own=True),
    lists('list images of all visibilities', '&visibility=all'),
    lists("list the project's images", '&owner={project}'),
    lists('list active images', '&status=active'),
    lists('list queued images', '&status=queued', about='queued'),
    lists('list images in two states', '&status=in:active,queued'),
    lists('list images by name, sorted', '&sort=name:asc,created_at:desc'),
    lists('list images by size, sorted', '&sort_key=size&sort_dir=desc'),
    lists('list images created since', '&created_at=gt:2000-01-01T00:00:00Z'),
    lists('list images by smallest size', '&size_min=1&size_max=1000'),
    lists('list images by memory', '&min_ram={ram}'),
    finds('page behind an image', 'marker={image}'),
    finds('page of one behind an image', 'limit=1&marker={image}'),
    finds(
        'page behind an image by name', 'limit=2&marker={image}&sort=name:asc'
    ),
    finds('page behind a queued image', 'marker={queued}', about='queued'),
    finds('find an image by ID', 'id={image}'),
    finds('find an image in a list of IDs', 'id=in:{nothing},{image}'),
    finds('find an image by name', 'name={name}', about='name'),
    finds(
        'find an image in a list of names',
        'name=in:{name},{nothing}',
        about='name',
    ),
    finds('find an image by tag', 'tag={tag}', about='tag'),
    finds('find an image by a property', 'probe={name}', about='name'),
    finds(
        'find an image by checksum', 'checksum={checksum}', about='checksum'
    ),
    finds('find an image by hash', 'os_hash_value={hash}', about='hash'),
)
