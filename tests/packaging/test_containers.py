"""docker-compose.yml, Dockerfile and the Kubernetes manifests, as far as they can be checked on paper."""

import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "examples/kubernetes"


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


def test_compose_can_read_its_file():
    if not shutil.which("docker-compose"):
        pytest.skip("no docker-compose here: the file is only read as YAML")
    subprocess.run(["docker-compose", "-f", ROOT / "docker-compose.yml", "config", "-q"], check=True)


def test_every_container_is_locked_up(services):
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"] and service["pids_limit"], name


def test_ports_are_traices_and_only_this_machines(services):
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert "${FEDWATT_BIND:-127.0.0.1}:${FEDWATT_PORT:-3000}:3000" in ports
    assert "127.0.0.1:${FEDWATT_DATABASE_PORT:-8001}:5432" in ports
    assert all(re.match(r"(127\.0\.0\.1|\$\{FEDWATT_BIND:-127\.0\.0\.1\}):", port) for port in ports)


def test_what_is_bound_into_containers_is_there(services):
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith(".") or (ROOT / source).exists(), source


def test_no_secret_is_written_down(services):
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            secret = re.search("PASSWORD|TOKEN|SECRET", name) and not name.endswith("_FILE")
            assert not secret or value is None, name  # None: as the shell has it


def test_plain_up_starts_the_hub_and_its_database(services):
    assert {name for name, s in services.items() if "profiles" not in s} == {"secrets", "database", "hub"}
    assert services["viewer"]["profiles"] == ["viewer"]
    targets = set(re.findall(r"^FROM \S+ AS (\S+)", (ROOT / "Dockerfile").read_text(), flags=re.M))
    assert {s["build"]["target"] for s in services.values() if "build" in s} <= targets


def test_the_images_run_as_the_user_that_their_files_belong_to(services):
    made = re.search(r"^id=(\d+)$", (ROOT / "cmake/packaging/docker/image-root").read_text(), flags=re.M)[1]
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert set(re.findall(r"^USER (\S+)", dockerfile, flags=re.M)) == {f"{made}:{made}"}
    assert dockerfile.count("\nUSER ") == 3
    assert f"database-password {made}:{made} 0400" in services["secrets"]["command"][0]
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsUser"] == int(made)


def test_the_image_names_no_packages_of_its_own():
    # cmake/debian-packages.txt is the one list.
    assert "apt-get install" not in (ROOT / "Dockerfile").read_text()


def test_what_the_image_is_built_from_comes_into_its_context():
    ignored = (ROOT / ".dockerignore").read_text().split()
    built = re.findall(r"^\s*add_subdirectory\((\S+)\)", (ROOT / "CMakeLists.txt").read_text(), flags=re.M)
    for folder in set(built) - {"tests", "bench"}:
        assert f"!{folder.split('/')[0]}" in ignored, folder
    assert not {"!.git", "!build", "!tests"} & set(ignored)


# Kubernetes ----------------------------------------------------------------------------------


def manifests():
    for file in sorted(KUBERNETES.glob("*.yaml")):
        yield from yaml.safe_load_all(file.read_text(encoding="utf-8"))


def manifest(kind):
    return next(each for each in manifests() if each["kind"] == kind)


def test_the_manifests_hang_together():
    kustomization = manifest("Kustomization")
    files = {file.name for file in KUBERNETES.glob("*.yaml")}
    assert set(kustomization["resources"]) == files - {"kustomization.yaml"}
    deployment = manifest("Deployment")["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"].items() <= labels.items()
    assert manifest("Service")["spec"]["selector"].items() <= labels.items()
    assert manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert manifest("NetworkPolicy")["spec"]["podSelector"]["matchLabels"].items() <= labels.items()
    pod = deployment["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    container = pod["containers"][0]
    assert {mount["name"] for mount in container["volumeMounts"]} == set(volumes)
    assert volumes["settings"]["configMap"]["name"] == kustomization["configMapGenerator"][0]["name"]
    assert volumes["secrets"]["secret"]["secretName"] == kustomization["secretGenerator"][0]["name"]
    assert manifest("Service")["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]


def test_one_hub_holds_a_database():
    deployment = manifest("Deployment")["spec"]
    assert deployment["replicas"] == 1
    assert deployment["strategy"]["type"] == "Recreate"
    # More would let no node be drained.
    assert manifest("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


def test_probes_ask_for_life_and_for_readiness():
    container = manifest("Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_the_hub_accepts_the_settings_of_the_manifest_and_of_the_package(hub_program, tmp_path):
    (tmp_path / "database-password").write_text("secret")
    subprocess.run([hub_program, "token", "add", "ada", "--role", "admin", "--tokens",
                    tmp_path / "tokens.json"], check=True, stdout=subprocess.DEVNULL)
    for file in (KUBERNETES / "hub.conf", ROOT / "cmake/packaging/hub.conf"):
        text = re.sub("/(run/secrets|var/lib)/fedwatt", str(tmp_path), file.read_text())
        (tmp_path / "hub.conf").write_text(text)
        subprocess.run([hub_program, "--config", tmp_path / "hub.conf", "--check-config"],
                       check=True, stdout=subprocess.DEVNULL)


def test_the_manifests_are_valid_kubernetes():
    validate = pytest.importorskip("kubernetes_validate", reason="PyPI's kubernetes-validate has schemas")
    for each in manifests():
        if each["kind"] != "Kustomization":
            validate.validate(each, validate.latest_version(), strict=True)


# systemd -------------------------------------------------------------------------------------


def test_systemd_accepts_the_unit(hub_program, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze here")
    made = hub_program.parents[1] / "cmake/packaging/fedwatt-hub.service"
    unit = tmp_path / "fedwatt-hub.service"
    unit.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={hub_program}", made.read_text(), flags=re.M))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], check=False, text=True,
                          stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, "")
