"""The alert rules and the dashboard of examples/operations load as they are, and name what there is."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from metrics import parse
from peers import Worker

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = ROOT / "examples" / "operations"
RULES = OPERATIONS / "prometheus" / "fedwatt-alerts.yml"
DASHBOARD = OPERATIONS / "grafana" / "dashboards" / "fedwatt.json"
DATASOURCES = OPERATIONS / "grafana" / "provisioning" / "datasources" / "fedwatt.yml"

ONLY_WITH_TLS = {"fedwatt_tls_certificate_expiry_seconds"}  # test_tls.py knows that one


def metrics_in(expression):
    return re.findall(r"\b(?:fedwatt|process)_[a-z_]+\b", expression)


def targets():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [(panel["title"], target) for panel in panels for target in panel.get("targets", [])]


@pytest.fixture
def families(hub):
    samples, types = parse(hub.get("/metrics")[1])
    return {name + suffix for name, kind in types.items()
            for suffix in (("_bucket", "_sum", "_count") if kind == "histogram" else ("",))}


def test_every_metric_that_is_named_is_there(families):
    rules = re.findall(r"expr: (.+)", RULES.read_text())
    assert len(rules) >= 10
    expressions = rules + [target["expr"] for _, target in targets() if "expr" in target]
    named = {name for expression in expressions for name in metrics_in(expression)}
    assert len(named) >= 20 and named - ONLY_WITH_TLS <= families, named - families


def test_every_metric_is_explained(hub):
    _, types = parse(hub.get("/metrics")[1])
    page = (ROOT / "docs" / "operations.md").read_text()
    for name in types:
        assert f"`{name}" in page, f"docs/operations.md does not say what {name} is"


def test_every_alert_says_what_to_do():
    page = (ROOT / "docs" / "operations.md").read_text()
    for alert in re.findall(r"alert: (\w+)", RULES.read_text()):
        assert re.search(rf"^### {alert}$", page, re.M), alert
        assert f"docs/operations.md#{alert.lower()}" in RULES.read_text()


def test_the_dashboard_asks_only_sources_that_are_provisioned():
    provisioned = set(re.findall(r"uid: (\S+)", DATASOURCES.read_text()))
    dashboard = json.loads(DASHBOARD.read_text())
    used = set(re.findall(r'"uid": "(fedwatt-[a-z]+)"', DASHBOARD.read_text()))
    assert used == provisioned == {"fedwatt-prometheus", "fedwatt-postgres"}
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            assert target["datasource"] == panel["datasource"], panel["title"]
    places = [tuple(panel["gridPos"].values()) for panel in dashboard["panels"]]
    assert len(set(places)) == len(places), "two panels in one place"
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


async def test_the_dashboards_queries_have_answers(make_hub, postgres_database):
    hub = make_hub(postgres_database)
    worker = await Worker("digits", "w", region="FR").join(hub)
    for number in range(1, 4):
        await worker.report_and_ack(number, energy_j={"cpu": 3.6e6}, intensity_g_per_kwh=100.0, num_examples=10,
                                    metrics={"accuracy": number / 10, "loss": 1.0})
    dashboard = json.loads(DASHBOARD.read_text())
    queries = [(title, target["rawSql"]) for title, target in targets() if "rawSql" in target]
    queries += [(each["name"], each["query"]) for each in dashboard["templating"]["list"]
                if isinstance(each["query"], str)]
    assert len(queries) >= 6
    for title, query in queries:
        query = re.sub(r"\$__timeFilter\((\w+)\)", r"\1 > now() - interval '1 hour'", query)
        query = query.replace("$run", worker.run_id)
        assert "$" not in query, title
        done = subprocess.run(["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", postgres_database, "-c", query],
                              capture_output=True, text=True)
        assert done.returncode == 0, (title, done.stderr)
        rows = done.stdout.splitlines()
        assert len(rows) == (3 if "round_figures" in query else 1), (title, rows)
