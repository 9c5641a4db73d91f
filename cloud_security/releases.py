# SPDX-License-Identifier: Apache-2.0
"""The releases that this release of cloud_security is tested with.

Whatever else names them (README.rst, tox.ini, constraints/) is compared with
this by a test. Imports nothing, so that a packager's script can read it.
"""

#: Nova's major versions, without a gap, and the OpenStack release of each.
NOVA = {
    29: '2024.1',
    30: '2024.2',
    31: '2025.1',
    32: '2025.2',
    33: '2026.1',
    34: '2026.2',
}
#: The same for Cinder.
CINDER = {
    24: '2024.1',
    25: '2024.2',
    26: '2025.1',
    27: '2025.2',
    28: '2026.1',
    29: '2026.2',
}
OLDEST = min(NOVA)
NEWEST = max(NOVA)
_OF = {'Nova': NOVA, 'Cinder': CINDER}


def is_supported(release: str, service: str = 'Nova') -> bool:
    """Tell whether a release of a service, such as ``34.0.0``, was tested."""
    return release.split('.')[0] in map(str, _OF[service])


def warning(release: str, service: str = 'Nova') -> str:
    """Return what to say of a release that was not tested."""
    tested = _OF[service]
    return (
        f'cloud_security was tested with {service} {min(tested)} to '
        f'{max(tested)}, this is {service} {release}: see whether a release '
        'for it exists, and try it on a test cloud first.'
    )
