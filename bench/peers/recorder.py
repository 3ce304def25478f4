"""The peer of the log: `eventsourcing` appends single events with its PostgreSQL recorder, one commit each."""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

THREADS = 16


def main() -> None:
    """Arguments: the number of events, and what each of them holds. The database stands in the environment."""
    events, data = int(sys.argv[1]), sys.argv[2].encode()
    environment = Environment("", {**os.environ, "POSTGRES_POOL_SIZE": str(THREADS)})
    factory = InfrastructureFactory.construct(environment)
    recorder = factory.application_recorder()

    def append(_number: int) -> None:
        recorder.insert_events([StoredEvent(uuid4(), 1, "something:Happened", data)])

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(append, range(THREADS * 4)))  # connections are opened by then
        began = time.perf_counter()
        list(threads.map(append, range(events)))
        seconds = time.perf_counter() - began
    assert recorder.max_notification_id() >= events
    factory.close()
    print(json.dumps({"per_second": events / seconds}))


if __name__ == "__main__":
    main()
