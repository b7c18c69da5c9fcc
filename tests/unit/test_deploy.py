"""Manifests of other engines: valid by schema, and true to what the worker does."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import hcl2
import jsonschema
import kubernetes_validate
import pytest
import yaml

from coderbot.botprocess.health import Health, health_page
from coderbot.config.settings import OWN_VARIABLES, SECRET_VARIABLES, Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
STOP_BOUND_S = Settings().stop_timeout_s
"""A worker's own bound of a stop, in seconds."""
KUBERNETES = ["1.32", kubernetes_validate.latest_version()]
"""The oldest release in which all that is used is there, and the newest known."""
NOT_OURS = {"HOME"}

Tree = dict[str, Any]


def load_kubernetes() -> dict[str, Tree]:
    text = (DEPLOY / "kubernetes/coderbot.yaml").read_text()
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def load_nomad() -> Tree:
    options = hcl2.SerializationOptions(
        with_comments=False,
        explicit_blocks=False,
        preserve_heredocs=False,
        strip_string_quotes=True,
    )
    with (DEPLOY / "nomad/coderbot.nomad.hcl").open() as file:
        found: Tree = hcl2.load(file, serialization_options=options)
    return found


def load_compose() -> Tree:
    found: Tree = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def check_nomad(job: Tree) -> None:
    schema = json.loads((Path(__file__).parent / "nomad.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(job, schema)


def seconds(duration: str) -> float:
    assert duration.endswith("s")
    return float(duration[:-1])


def are_known(names: set[str]) -> bool:
    """Whether a worker knows all of these variables, and none is a secret."""
    return names <= OWN_VARIABLES | NOT_OURS and not names & SECRET_VARIABLES


# --- Kubernetes ---


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_accepts_it(version: str) -> None:
    found = load_kubernetes()
    kinds = {"Namespace", "ConfigMap", "Service", "NetworkPolicy", "StatefulSet"}
    assert set(found) == kinds
    for each in found.values():
        kubernetes_validate.validate(each, version, strict=True)


def test_kubernetes_would_refuse_a_slip() -> None:
    spoiled = copy.deepcopy(load_kubernetes()["StatefulSet"])
    spoiled["spec"]["template"]["spec"]["containers"][0]["readyProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(spoiled, KUBERNETES[-1], strict=True)


@pytest.fixture
def pod() -> Tree:
    spec: Tree = load_kubernetes()["StatefulSet"]["spec"]["template"]["spec"]
    return spec


def test_a_pod_is_the_bot_with_its_number(pod: Tree) -> None:
    (worker,) = pod["containers"]
    assert worker["command"] == ["python", "-m", "coderbot.worker"]
    env = {each["name"]: each for each in worker["env"]}
    field = env["BOT_INDEX"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert field == "metadata.labels['apps.kubernetes.io/pod-index']"
    assert are_known(set(env) | set(load_kubernetes()["ConfigMap"]["data"]))
    # The tokens come as environment, which is wiped, and lie in no file.
    assert {"secretRef": {"name": "coderbot"}} in worker["envFrom"]
    assert not [each for each in pod["volumes"] if "secret" in each]
    claims = load_kubernetes()["StatefulSet"]["spec"]["volumeClaimTemplates"]
    assert [each["metadata"]["name"] for each in claims] == ["data"]
    assert {"name": "data", "mountPath": "/data"} in worker["volumeMounts"]


def test_its_probes_are_answered(pod: Tree) -> None:
    (worker,) = pod["containers"]
    (port,) = worker["ports"]
    env = {each["name"]: each.get("value") for each in worker["env"]}
    assert env["WORKER_HEALTH_PORT"] == str(port["containerPort"])
    for name in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = worker[name]["httpGet"]
        assert asked["port"] == port["name"]
        page = health_page(asked["path"], Health(True, "polling", 0.0))
        assert page is not None
        assert page.status == 200
    assert worker["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert worker["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_a_pod_has_time_to_stop_and_no_rights(pod: Tree) -> None:
    (worker,) = pod["containers"]
    settings = load_kubernetes()["ConfigMap"]["data"]
    assert float(settings["WORKER_STOP_TIMEOUT_SECONDS"]) == STOP_BOUND_S
    assert pod["terminationGracePeriodSeconds"] >= STOP_BOUND_S + 5
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    rights = worker["securityContext"]
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert set(worker["resources"]["limits"]) == {"cpu", "memory"}
    # Without it nobody would reap the orphans of terminals.
    assert pod["shareProcessNamespace"] is True


# --- Nomad ---


def test_nomad_accepts_it() -> None:
    check_nomad(load_nomad())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"kill_timeout"', '"kill_timout"'),
        ('"20s"', '"20 seconds"'),
        ('"readonly_rootfs"', '"read_only_rootfs"'),
        # Nomad takes one of the two.
        ('"stop_on_client_after"', '"lost_after": "1h", "stop_on_client_after"'),
    ],
)
def test_nomad_would_refuse_a_slip(old: str, new: str) -> None:
    text = json.dumps(load_nomad())
    assert old in text
    with pytest.raises(jsonschema.ValidationError):
        check_nomad(json.loads(text.replace(old, new)))


def test_an_allocation_is_the_bot_with_its_number() -> None:
    (group,) = load_nomad()["job"][0]["coderbot"]["group"]
    bots = group["bots"]
    task = bots["task"][0]["worker"]
    (config,), (env,) = task["config"], task["env"]
    assert [*config["entrypoint"], config["command"], *config["args"]] == [
        "python",
        "-m",
        "coderbot.worker",
    ]
    assert env["BOT_INDEX"] == "${NOMAD_ALLOC_INDEX}"
    assert are_known(set(env))
    (template,) = task["template"]
    assert "TELEGRAM_BOT_TOKENS=" in template["data"]
    # Only root may read the file; the worker runs as somebody else.
    assert (template["env"], template["perms"], template["uid"]) == (True, "0600", 0)
    assert task["user"].partition(":")[0] != "0"
    assert config["readonly_rootfs"] is True
    assert config["init"] is True
    assert seconds(task["kill_timeout"]) >= STOP_BOUND_S + 5
    # Two workers of one bot would throw each other out.
    assert bots["update"][0]["canary"] == 0
    for check in bots["service"][0]["check"]:
        page = health_page(check["path"], Health(True, "polling", 0.0))
        assert page is not None
        assert page.status == 200


# --- Compose ---


@pytest.mark.parametrize("file", ["compose.yaml", "deploy/compose.yaml"])
def test_compose_accepts_it(file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.compose-spec", file]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_compose_would_refuse_a_slip(tmp_path: Path) -> None:
    spoiled = tmp_path / "compose.yaml"
    spoiled.write_text("services: {redis: {image: redis, volume: [a]}}\n")
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", "vendor.compose-spec", str(spoiled)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_two_hosts_share_one_redis() -> None:
    compose = load_compose()
    services = compose["services"]
    hosts = {name: each for name, each in services.items() if "extends" in each}
    assert len(hosts) == 2
    for name, host in hosts.items():
        assert host["environment"] == {"CLUSTER_HOST": name}
        # The one way to run a host stands in one place.
        extended = host["extends"]
        base = (DEPLOY / extended["file"]).resolve()
        assert base == ROOT / "compose.yaml"
        assert extended["service"] in yaml.safe_load(base.read_text())["services"]
        assert host["volumes"] == [f"{name}:/data"]
        assert name in compose["volumes"]
    redis = services["redis"]
    assert redis["networks"] == ["cluster"]
    assert compose["networks"]["cluster"] == {"internal": True}
    assert "ports" not in redis
    # Nobody without a password: shells on the hosts can reach it.
    assert "--aclfile" in redis["command"]


def test_the_user_of_redis_is_the_one_that_clusters_need() -> None:
    pages = [(ROOT / f"docs/{name}.md").read_text() for name in ("engines", "cluster")]
    rule = re.search(r"user coderbot on >PASSWORD (.*)", pages[1])
    assert rule is not None
    assert f"rules='{rule[1]}'" in pages[0]


def test_the_image_can_join_a_cluster() -> None:
    extras = re.findall(r'"\.\[([a-z,]+)\]"', (ROOT / "Dockerfile").read_text())
    assert "cluster" in extras[0].split(",")
