# SPDX-License-Identifier: Apache-2.0
"""Files of this tree, and Nova's own, for tests of the switch."""

import pathlib

from cloud_security.deploy import host

FOLDER = pathlib.Path(__file__).resolve().parents[3] / 'etc/policy.d'
RULES = str(FOLDER / host.LINK)
