# SPDX-License-Identifier: Apache-2.0
"""Cinder's requests and responses that rows do not cover, one module each."""

from __future__ import annotations

from cloud_security.wsgi import transform

TRANSFORMS: tuple[transform.Transform, ...] = ()
