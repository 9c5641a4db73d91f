# SPDX-License-Identifier: Apache-2.0
"""What calls read; that does not depend on the machine."""

import tests.functional.compute  # noqa: F401  decides about threads
