# SPDX-License-Identifier: Apache-2.0
"""The resources of a run, from creation to cleanup.

``service_stage`` is what the verdicts need of any service. The modules beside
it are Nova's; those of ``volume/`` are Cinder's.
"""
