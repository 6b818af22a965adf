"""Prometheus' text format, read by its specification and strictly."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? (\S+)")


def parse(text):
    """The samples by name and labels, and the types by family."""
    assert text.endswith("\n")
    samples, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            assert re.fullmatch(rf"# HELP {NAME} \S.*", line), line
        elif line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert kind in ("counter", "gauge", "histogram") and family not in types, line
            types[family] = kind
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            family = name if name in types else re.sub("_(bucket|sum|count)$", "", name)
            assert family == list(types)[-1], f"{line} is not below its TYPE"
            key = name + (labels or "")
            assert key not in samples, f"{key} comes twice"
            samples[key] = float(value)
    return samples, types


def metrics_of(hub):
    """The samples that the hub shows now, by name and labels."""
    status, body, content_type = hub.get("/metrics")
    assert status == 200 and content_type.startswith("text/plain; version=0.0.4")
    return parse(body)[0]
