# SPDX-License-Identifier: Apache-2.0
"""Let futurist's idle threads sleep until there is work or an end.

futurist's threads look once a second whether they may end. A Nova in a test
has up to 250 of them, and each one that wakes waits for Python's lock: that
took a sixteenth of the CPU time of tests. Nova's fixtures end all threads
after each test, and would wait a second for them.
"""

import time

from futurist import _thread

#: Work that wakes a thread, so that it sees that it must end.
_WAKE = object()


def _wait_for_work(worker):
    worker.idle = True
    while True:
        work = worker.work_queue.get()
        if work is not _WAKE:
            worker.idle = False
            return work
        if not worker._is_dying():
            # Another thread of the same queue must end.
            worker.work_queue.put(work)
            time.sleep(0.001)
        worker.work_queue.task_done()
        if worker._is_dying():
            raise _thread._Stopping


def _stop(worker):
    if not worker.should_stop:
        worker.should_stop = True
        worker.work_queue.put(_WAKE)


def keep_asleep():
    """Change futurist in this process."""
    _thread.ThreadWorker._wait_for_work = _wait_for_work
    _thread.ThreadWorker.stop = _stop
