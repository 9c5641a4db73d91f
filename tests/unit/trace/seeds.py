# SPDX-License-Identifier: Apache-2.0
"""Seeds of random tests, which a failure prints."""

import os
import random

from testtools import content


def seed_of(test):
    """Return the seed that CLOUD_SECURITY_SEED names, or another one."""
    seed = int(os.environ.get('CLOUD_SECURITY_SEED', 0))
    seed = seed or random.SystemRandom().randrange(1, 10**9)
    text = f'CLOUD_SECURITY_SEED={seed}'
    test.addDetail('seed', content.text_content(text))
    return seed
