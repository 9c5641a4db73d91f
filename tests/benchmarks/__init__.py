"""What calls read; that does not depend on the machine."""

import tests.functional  # noqa: F401  decides about threads
