# SPDX-License-Identifier: Apache-2.0
"""Services of a cloud: their endpoints, and their headers of microversions."""

from __future__ import annotations

import re
from typing import NamedTuple


class Service(NamedTuple):
    """A service, as far as requests depend on it."""

    #: The name on the command line, in findings and in microversions.
    name: str
    #: The name that people know it by.
    title: str
    #: The types in Keystone's catalog; the first that is there counts.
    types: tuple[str, ...]
    #: The version in paths; requests go below it.
    version: str
    #: The path below the version has the project first.
    is_by_project: bool
    #: Version and project at the end of an endpoint.
    suffix: re.Pattern[str]
    #: The microversion of a request that names none.
    oldest: str
    #: The microversion that a run needs.
    needed: str
    #: The nouns of a report.
    resource: str
    #: The path of the list of versions.
    versions: str

    def root(self, endpoint: str) -> str:
        """Return an endpoint without version and project."""
        return self.suffix.sub('', endpoint).rstrip('/')

    def prefix(self, project_id: str) -> str:
        """Return what stands between the endpoint's root and a path."""
        project = f'{project_id}/' if self.is_by_project else ''
        return f'/{self.version}/{project}'


COMPUTE = Service(
    'compute',
    'Nova',
    ('compute',),
    'v2.1',
    False,
    re.compile(r'/v2(\.\d+)?(/[^/]*)?/?$'),
    '2.1',
    # Tags at new servers; Nova has it since 2017.
    '2.64',
    'server',
    '/v2.1/',
)
VOLUME = Service(
    'volume',
    'Cinder',
    # A catalog may list the retired v2 under the official type.
    ('volumev3', 'block-storage', 'volume'),
    'v3',
    # Cinder lets a path leave out the project from 3.67 on.
    True,
    re.compile(r'/v[123](\.\d+)?(/[^/]*)?/?$'),
    '3.0',
    # The attachments of today; Cinder has them since 2017.
    '3.44',
    'volume',
    '/v3/',
)
IMAGE = Service(
    'image',
    'Glance',
    ('image',),
    'v2',
    False,
    re.compile(r'/v[12](\.\d+)?/?$'),
    # Glance has no microversions; its newest version says what it can do.
    '2.0',
    # Imports; Glance has them since 2018.
    '2.6',
    'image',
    '/versions',
)
NETWORK = Service(
    'network',
    'Neutron',
    ('network',),
    'v2.0',
    False,
    re.compile(r'/v2(\.0)?/?$'),
    # Neutron has one version, and extensions.
    '2.0',
    '2.0',
    'port',
    '/',
)
#: All services that the probe knows, in the order of a run.
ALL = {service.name: service for service in (COMPUTE, VOLUME, IMAGE, NETWORK)}
