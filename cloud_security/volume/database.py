# SPDX-License-Identifier: Apache-2.0
"""Cinder's models and the functions that read them, wherever they are.

Cinder 29 has them in cinder/db, older releases in cinder/db/sqlalchemy.
"""

from __future__ import annotations

try:
    from cinder.db import models
except ImportError:
    from cinder.db.sqlalchemy import api
    from cinder.db.sqlalchemy import models
else:
    from cinder.db import api

__all__ = ('api', 'models')
