"""What somebody should look at reaches viewers as events and others by a webhook, once it is committed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hub import TIMEOUT_S, until
from peers import Viewer, Worker

SOON = ("--worker-grace", "0.2")


class Receiver:
    """Takes the hub's POSTs, and answers them as a test wants."""

    def __init__(self):
        self.posts = []     # (path, headers, body), in order
        self.statuses = []  # of the next answers; then 204
        self.answering = threading.Event()  # while it is not set, whoever asks hangs
        self.answering.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.posts.append((self.path, self.headers, body))
                assert receiver.answering.wait(TIMEOUT_S)
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def posted(self, count):
        """Waits for so many POSTs; returns their bodies."""
        until(lambda: len(self.posts) >= count, f"{count} POSTs; {len(self.posts)} came")
        return [body for _, _, body in self.posts]

    def dispose(self):
        self.answering.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.dispose()


async def test_a_lost_worker_is_an_alert(make_hub, database, receiver):
    hub = make_hub(database, *SOON, "--alert-webhook", receiver.origin + "/hook?to=ada",
                   "--alert-webhook-header", "Authorization: Bearer s3cret")
    stays, goes = [await Worker("digits", name, region="FR").join(hub) for name in ("stays", "goes")]
    viewer = await (await Viewer().join(hub)).watch("digits")
    await stays.report_and_ack(4, metrics={"accuracy": 0.5}, energy_j={"cpu": 3.6e6}, intensity_g_per_kwh=2.0)
    goes.cut()
    event = await viewer.event(stays.run_id, "worker_lost", "goes")
    assert event["alert"] and event["numbers"]["away_s"] >= 0.2

    [body] = receiver.posted(1)
    path, headers, _ = receiver.posts[0]
    assert path == "/hook?to=ada"
    assert headers["Authorization"] == "Bearer s3cret" and headers["Content-Type"] == "application/json"
    identity = f"{stays.run_id}:{event['offset']}:worker_lost"
    assert body["alerts"] == [{"type": "event", **event, "id": identity}]
    assert body["run"] == {"run_id": stays.run_id, "name": "digits", "state": "running", "round": 4, "accuracy": 0.5,
                           "emissions_g": 2.0, "energy_j": 3.6e6}  # 1 kWh at 2 g
    assert body["dropped"] == 0 and body["hub"] == viewer.welcome["hub_version"]
    assert "s3cret" not in hub.log() and "/hook" not in hub.log()


async def test_a_receiver_that_fails_gets_the_same_alert_again(make_hub, sqlite_database, receiver):
    receiver.statuses = [503, 500]
    hub = make_hub(sqlite_database, "--alert-webhook", receiver.origin)
    await Worker("digits", "w", region="Atlantis").join(hub)
    bodies = receiver.posted(3)
    assert bodies[0]["alerts"] == bodies[1]["alerts"] == bodies[2]["alerts"]
    assert [alert["kind"] for alert in bodies[2]["alerts"]] == ["unknown_region"]


@pytest.mark.sanitize
async def test_a_receiver_that_hangs_holds_up_nobody(make_hub, sqlite_database, receiver):
    receiver.answering.clear()
    hub = make_hub(sqlite_database, "--alert-webhook", receiver.origin)
    worker = await Worker("digits", "w", region="Atlantis").join(hub)
    receiver.posted(1)  # and now it hangs
    for number in range(20):
        await worker.report_and_ack(number, metrics={"accuracy": 0.5})
    hub.stop()
    assert not receiver.answering.is_set()


async def test_what_was_told_before_a_crash_is_not_told_again(make_hub, database, receiver):
    hub = make_hub(database, "--alert-webhook", receiver.origin)
    worker = await Worker("digits", "a", region="Atlantis").join(hub)
    receiver.posted(1)
    hub.kill()
    hub.start()
    viewer = await (await Viewer().join(hub)).watch("digits")
    assert (await viewer.event(worker.run_id, "unknown_region", "a"))["alert"], "viewers still see it"
    await Worker("digits", "b", region="Lemuria").join(hub)
    bodies = receiver.posted(2)
    assert [alert["worker"] for alert in bodies[1]["alerts"]] == ["b"]


async def test_a_worker_that_falls_silent_is_stale(make_hub, database):
    hub = make_hub(database, "--worker-stale", "0.2")
    worker = await Worker("digits", "w", region="FR").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    for number in (1, 2):
        await worker.report_and_ack(number, metrics={"accuracy": 0.5})
    event = await viewer.event(worker.run_id, "worker_stale", "w")
    assert event["alert"] and event["numbers"]["silent_s"] >= 0.2
    assert viewer.workers[worker.run_id, "w"]["stale"] and viewer.workers[worker.run_id, "w"]["state"] == "online"
    hub.kill()
    hub.start()
    again = await (await Viewer().join(hub)).watch("digits")
    assert await again.event(worker.run_id, "worker_stale", "w") == event
    assert again.workers[worker.run_id, "w"]["state"] == "away" and not again.workers[worker.run_id, "w"]["stale"]


async def test_a_stale_worker_that_reports_is_no_longer_stale(make_hub, sqlite_database):
    hub = make_hub(sqlite_database, "--worker-stale", "0.2")
    worker = await Worker("digits", "w", region="FR").join(hub)
    viewer = await (await Viewer().join(hub)).watch("digits")
    for number in (1, 2):
        await worker.report_and_ack(number, metrics={"accuracy": 0.5})
    await viewer.event(worker.run_id, "worker_stale", "w")
    await worker.report_and_ack(3, metrics={"accuracy": 0.5})
    await viewer.until(lambda: not viewer.workers[worker.run_id, "w"]["stale"], "no longer stale")
