"""Live intensities: from a provider that answers as the real ones did, refuses, talks nonsense, or is down."""

import contextlib
import json
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest import approx

from hub import until
from peers import Worker, now

TOKEN = "a-token-that-nobody-may-see"
ONE_KWH = {"energy_j": {"cpu": 3.6e6}, "duration_s": 1.0}


def hours_ago(hours):
    return (datetime.now(timezone.utc) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Provider:
    """Both services on one port. A test replaces what is answered; all requests are kept."""

    def __init__(self):
        self.requests = []  # (path, auth-token)
        self.may_go_on = threading.Event()  # for an answer that takes its time
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.requests.append((self.path, self.headers["auth-token"]))
                with contextlib.suppress(ConnectionError):
                    provider.answer(self)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, request):
        """As Electricity Maps and the Carbon Intensity API do."""
        if request.path == "/intensity":
            half_hour = hours_ago(0.25)[:16] + "Z"
            return self.send(request, {"data": [{"from": half_hour, "to": half_hour, "intensity": {
                "forecast": 266, "actual": 263, "index": "moderate"}}]})
        if not request.path.startswith("/v3/carbon-intensity/latest?zone="):
            return self.send(request, {"error": "Not allowed"}, 403)
        return self.send(request, self.latest(request.path.rpartition("=")[2]))

    @staticmethod
    def latest(zone, **changes):
        return {"zone": zone, "carbonIntensity": 58, "datetime": hours_ago(0.5), "updatedAt": hours_ago(0.6),
                "createdAt": hours_ago(70), "emissionFactorType": "lifecycle", "isEstimated": False,
                "estimationMethod": None, "temporalGranularity": "hourly", **changes}

    @staticmethod
    def send(request, body, status=200, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def asked(self, path):
        return [each for each in self.requests if each[0] == path]

    def close(self):
        self.may_go_on.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    it = Provider()
    yield it
    it.close()


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return path


@pytest.fixture
def live_hub(make_hub, sqlite_database, provider, token_file):
    return make_hub(sqlite_database, "--electricity-maps-token-file", token_file,
                    "--electricity-maps-url", provider.url, "--uk-carbon-intensity",
                    "--uk-carbon-intensity-url", provider.url + "/", "--log-level", "debug")


def state_of(hub, worker):
    return next(each for each in hub.json("/api/v1/runs/live")["workers"] if each["worker"] == worker)


def latest_of(hub, worker):
    """What its latest report was appraised with."""
    state = state_of(hub, worker)
    return state["intensity_g_per_kwh"], state["intensity_source"]


async def report_until(hub, worker, source):
    """Reports until the hub appraises with that source: what it asked for has then come."""
    for number in range(1, 10_000):
        await worker.report_and_ack(number, started_at=now(), **ONE_KWH)
        found = latest_of(hub, worker.name)
        if found[1] == source:
            return found
    raise AssertionError(f"never from {source}, but {found}\n{hub.log()}")


@pytest.mark.sanitize
async def test_reports_are_appraised_with_what_the_providers_say(live_hub, provider):
    france = await Worker("live", "france", region="aws:eu-west-3").join(live_hub)
    britain = await Worker("live", "britain", region="UK").join(live_hub)
    california = await Worker("live", "california", region="US-CA").join(live_hub)
    assert await report_until(live_hub, france, "electricity_maps:FR") == (58, "electricity_maps:FR")
    assert await report_until(live_hub, britain, "uk_carbon_intensity:GB") == (263, "uk_carbon_intensity:GB")
    # A state's grid is not the country's; nobody is asked.
    await california.report_and_ack(1, started_at=now(), **ONE_KWH)
    assert latest_of(live_hub, "california")[1] == "table:US-CA"
    # What was measured before the first value that is known is from the table.
    await france.report_and_ack(10_001, started_at=hours_ago(30), **ONE_KWH)
    assert latest_of(live_hub, "france")[1] == "table:FR"
    # Each was asked about once, and with the token only where it belongs.
    assert provider.asked("/v3/carbon-intensity/latest?zone=FR") == [("/v3/carbon-intensity/latest?zone=FR", TOKEN)]
    assert provider.asked("/intensity") == [("/intensity", None)]
    assert not [path for path, _ in provider.requests if "US" in path or "GB" in path]
    assert TOKEN not in live_hub.log()
    # What is known stays so when the provider is gone, and what is stored stays when the hub is.
    provider.close()
    await france.report_and_ack(10_002, started_at=now(), **ONE_KWH)
    stored = state_of(live_hub, "france")
    assert stored["intensity_source"] == "electricity_maps:FR"
    live_hub.restart()
    again = state_of(live_hub, "france")
    assert {key: again[key] for key in ("intensity_g_per_kwh", "intensity_source", "emissions_g")}.items() \
        <= stored.items()


async def test_a_stale_or_estimated_value_is_marked(live_hub, provider):
    provider.latest = lambda zone: Provider.latest(zone, datetime=hours_ago(2), isEstimated=True)
    worker = await Worker("live", "w", region="FR").join(live_hub)
    await worker.report_and_ack(1, started_at=now(), **ONE_KWH)
    until(lambda: provider.asked("/v3/carbon-intensity/latest?zone=FR"), "a question")
    for number in range(2, 10_000):
        await worker.report_and_ack(number, started_at=now(), **ONE_KWH)
        source = latest_of(live_hub, "w")[1]
        if source != "table:FR":
            break
    mark, _, age = source.rpartition(";age=")
    assert mark == "electricity_maps:FR;estimated"
    assert 7200 <= int(age.removesuffix("s")) <= 7300


def slow(provider, request):
    request.send_response(200)
    request.send_header("Content-Length", "100")
    request.end_headers()
    request.wfile.write(b"{")
    provider.may_go_on.wait()


def cut_half_way(provider, request):
    request.send_response(200)
    request.send_header("Content-Length", "100")
    request.end_headers()
    request.wfile.write(b'{"zone":"FR","carbonIntensity":58,')


def says(body, status=200, **headers):
    return lambda provider, request: provider.send(request, body, status, **headers)


BAD_ANSWERS = {
    "unauthorized": (says({"error": "Invalid auth-token"}, 401), "is refused with HTTP status 401"),
    "forbidden": (says(b"Access denied", 403), "is refused with HTTP status 403"),
    "unknown zone": (says({"status": "error", "message": "Zone FR does not exist."}, 404), "HTTP status 404"),
    "too many requests": (says({"message": "rate limit exceeded"}, 429, Retry_After="600"),
                          "HTTP status 429; asked again in 600 s"),
    "broken": (says(b"<html>Internal Server Error</html>", 500), "HTTP status 500"),
    "redirection": (says(b"", 302, Location="/elsewhere"), "HTTP status 302"),
    "no JSON": (says(b"<html>Please log in</html>"), "no JSON"),
    "empty": (says(b""), "no JSON"),
    "wrong types": (says(Provider.latest("FR", carbonIntensity="58")), "no number as intensity"),
    "NaN": (says(Provider.latest("FR", carbonIntensity=float("nan"))), "no JSON"),
    "negative": (says(Provider.latest("FR", carbonIntensity=-58)), "not from 0 to 2000"),
    "a billion": (says(Provider.latest("FR", carbonIntensity=1e9)), "not from 0 to 2000"),
    "elsewhere": (says(Provider.latest("DE")), "of another zone"),
    "to come": (says(Provider.latest("FR", datetime="2999-01-01T00:00:00Z")), "yet to come"),
    "huge": (says(b" " * 5_000_000), "too large"),
    "slow": (slow, None),  # is given up after ten seconds, for which nobody waits here
    "cut half way": (cut_half_way, "asked again"),
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
async def test_a_bad_answer_is_never_in_the_way_of_a_report(live_hub, provider, case):
    answer, complaint = BAD_ANSWERS[case]
    provider.answer = lambda request: answer(provider, request)
    worker = await Worker("live", "w", region="FR").join(live_hub)
    await worker.report_and_ack(1, started_at=now(), **ONE_KWH)
    until(lambda: provider.asked("/v3/carbon-intensity/latest?zone=FR"), "a question")
    if complaint:
        until(lambda: f"electricity_maps:FR{'' if complaint.startswith('is') else ':'}" in live_hub.log()
              and complaint in live_hub.log(), complaint)
    await worker.report_and_ack(2, started_at=now(), **ONE_KWH)
    assert latest_of(live_hub, "w") == (44.2, "table:FR")
    assert len(provider.asked("/v3/carbon-intensity/latest?zone=FR")) == 1
    assert not provider.asked("/elsewhere")
    assert TOKEN not in live_hub.log()


@pytest.mark.sanitize
async def test_a_provider_that_is_down_costs_nothing_but_its_figures(live_hub, provider):
    provider.close()
    worker = await Worker("live", "w", region="FR").join(live_hub)
    for number in range(1, 20):
        await worker.report_and_ack(number, started_at=now(), **ONE_KWH)
    until(lambda: "electricity_maps:FR: " in live_hub.log(), "a complaint")
    await worker.report_and_ack(20, started_at=now(), **ONE_KWH)
    assert latest_of(live_hub, "w") == (44.2, "table:FR")
    assert state_of(live_hub, "w")["emissions_g"] == approx(884)  # 20 × 1 kWh at 44.2


async def test_nobody_is_asked_unless_told(make_hub, sqlite_database, provider):
    hub = make_hub(sqlite_database, "--electricity-maps-url", provider.url, "--uk-carbon-intensity-url",
                   provider.url)
    for region in ("FR", "GB"):
        worker = await Worker("live", region, region=region).join(hub)
        await worker.report_and_ack(1, started_at=now(), **ONE_KWH)
    hub.stop()
    assert provider.requests == []


@pytest.mark.sanitize
async def test_a_hub_that_waits_for_a_provider_stops_at_once(live_hub, provider):
    provider.answer = lambda request: slow(provider, request)
    worker = await Worker("live", "w", region="FR").join(live_hub)
    until(lambda: provider.asked("/v3/carbon-intensity/latest?zone=FR"), "a question")
    await worker.report_and_ack(1, started_at=now(), **ONE_KWH)
    live_hub.stop()
