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
