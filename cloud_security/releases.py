# SPDX-License-Identifier: Apache-2.0
"""The releases of Nova that this release of cloud_security is tested with.

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
OLDEST = min(NOVA)
NEWEST = max(NOVA)


def is_supported(release: str) -> bool:
    """Tell whether a release of Nova, such as ``34.0.0``, was tested."""
    return release.split('.')[0] in map(str, NOVA)


def warning(release: str) -> str:
    """Return what to say of a release of Nova that was not tested."""
    return (
        f'cloud_security was tested with Nova {OLDEST} to {NEWEST}, this is '
        f'Nova {release}: see whether a release for it exists, and try it on '
        'a test cloud first.'
    )
