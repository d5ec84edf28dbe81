"""What counts as evidence of a role, and what does not."""

from __future__ import annotations

import base64

import pytest

from mlarchlint.analysis.roles import infer_roles
from mlarchlint.analysis.scripts import images_run, script_text
from tests.graph.build import graph, instance

KINDS = """\
- kind: compute_instance
  terraform: aws_instance
  attrs:
    instance_type: {terraform: instance_type}
    user_data: {terraform: user_data}
    commands: {terraform: commands, type: list}
    images: {terraform: images, type: list}
    env_names: {terraform: env, type: list}
- kind: batch_job
  terraform: aws_batch_job_definition
  attrs:
    instance_type: {terraform: instance_type}
    commands: {terraform: commands, type: list}
    images: {terraform: images, type: list}
    env_names: {terraform: env, type: list}
"""


def role(**body: object) -> str | None:
    node = instance(str(body.pop("address", "aws_instance.x")), **body)  # type: ignore[arg-type]
    found = infer_roles(graph(KINDS, node)).get(node.address)
    return found.role if found else None


TORCHRUN = "#!/bin/bash\ntorchrun train.py\n"


@pytest.mark.parametrize("script", [TORCHRUN, base64.b64encode(TORCHRUN.encode()).decode()])
def test_a_start_up_script_is_read_as_commands(script: str) -> None:
    assert role(user_data=script) == "training"


def test_a_comment_in_a_script_is_no_command() -> None:
    assert role(user_data="#!/bin/bash\n# torchrun train.py\nnginx\n") is None


def test_the_images_that_a_script_runs_count() -> None:
    script = "docker run -v /srv:/srv --gpus all \\\n  vllm/vllm-openai:v0.5 --model m\n"
    assert role(user_data=script) == "inference"
    assert images_run(script_text(script)) == ("vllm/vllm-openai:v0.5",)


def test_hardware_alone_is_no_machine_learning() -> None:
    assert role(address="aws_batch_job_definition.frames", instance_type="g5.2xlarge") is None
    assert role(address="aws_batch_job_definition.frames", instance_type="p4d.24xlarge") == "training"
    assert role(address="aws_instance.gpu", instance_type="p3.2xlarge") is None
    assert role(address="aws_batch_job_definition.training", instance_type="p3.2xlarge") == "training"


def test_a_name_alone_is_no_role_unless_it_is_a_product() -> None:
    assert role(address="aws_instance.model_train_museum") is None
    assert role(address="aws_instance.spark") is None
    assert role(address="aws_instance.mlflow") == "tracking"


def test_what_ends_is_no_server() -> None:
    assert role(address="aws_batch_job_definition.mlflow_backup") is None


def test_a_command_line_is_read_as_a_whole() -> None:
    assert role(commands=["mlflow", "models", "serve"]) == "inference"


def test_a_client_of_a_model_is_known_by_its_image_or_program() -> None:
    names = {"env": ["MODEL_NAME"], "address": "aws_instance.predict"}
    assert role(**names) == "inference"
    assert role(**names, images=["acme/gradio-demo:1"]) is None
    assert role(**names, commands=["streamlit", "run", "app.py"]) is None


@pytest.mark.parametrize(
    "command",
    [
        "python profit.py",
        "python -m constraints.check",
        "python train_schedule.py",
        "curl -X POST http://ranker/predict",
        "curl http://scheduler/train",
        "npm run build --model sales",
    ],
)
def test_words_that_only_look_like_a_command_say_nothing(command: str) -> None:
    assert role(commands=[command]) is None


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python ray_train_llama2.py", "training"),
        ("python fine-tune-classifier.py --epochs 3", "training"),
        ("python main.py --num_train_epochs 3", "training"),
        ("bentoml serve loan:latest", "inference"),
        ("gunicorn --bind=0.0.0.0:9696 predict:app", "inference"),
        ("prefect agent start -q default", "pipeline"),
        ("tensorboard --logdir=/runs", "tracking"),
        ("python train.py --n-trials 50", "tuning"),
        ("wandb agent acme/churn/x1", "tuning"),
        ("python fine_tune.py", "training"),
    ],
)
def test_programs_of_the_field_are_known_by_their_command_lines(command: str, expected: str) -> None:
    assert role(commands=[command]) == expected


def test_what_predicts_and_ends_scores_in_batches() -> None:
    body = {"commands": ["python predict.py"]}
    assert role(address="aws_batch_job_definition.nightly", **body) == "inference-batch"
    assert role(address="aws_instance.api", **body) == "inference"


def test_a_job_that_names_a_model_is_not_thereby_scoring() -> None:
    body = {"commands": ["python finetune.py"], "env": ["MODEL_PATH"]}
    assert role(address="aws_batch_job_definition.x", **body) == "training"


def test_what_hardware_suggests_gives_way_to_what_is_said() -> None:
    body = {"instance_type": "g5.2xlarge", "commands": ["python batch_inference.py"]}
    assert role(address="aws_batch_job_definition.x", **body) == "inference-batch"


def test_the_name_of_a_hosted_model_makes_no_server() -> None:
    assert role(env=["MODEL_ID"]) is None
    assert role(env=["MODEL_PATH"]) == "inference"


def test_a_page_that_asks_a_model_is_no_model_whoever_reaches_it() -> None:
    said = {"images": ["acme/gradio-app:1"], "env": ["MODEL_ID"]}
    assert role(address="aws_instance.llm", **said) is None


def test_what_chooses_among_servers_and_what_hands_notebooks_out_is_neither() -> None:
    assert role(images=["registry.example/epp/gateway-api-inference-extension/epp:1"]) is None
    assert role(images=["registry.example/llm-d-inference-scheduler:1"]) is None
    assert role(images=["acme/my-inference:1"]) == "inference"
    assert role(images=["quay.io/jupyterhub/configurable-http-proxy:5"]) is None
    assert role(images=["quay.io/jupyterhub/k8s-hub:4"]) == "notebook"


def test_a_server_that_is_started_to_fetch_a_model_scores_nothing() -> None:
    fetches = {
        "images": ["ollama/ollama:1"],
        "commands": ["sh", "-c", "ollama serve & ollama pull m; ollama stop m"],
    }
    assert role(address="aws_batch_job_definition.hydrate", **fetches) is None
    assert role(address="aws_instance.llm", **fetches) == "inference"


@pytest.mark.parametrize("name", ["model_download", "checkpoint_converter", "locust"])
def test_what_fetches_converts_or_tests_is_not_the_workload(name: str) -> None:
    assert role(address=f"aws_batch_job_definition.{name}", images=["vllm/vllm-openai:v0.5"]) is None


def test_a_test_of_the_network_between_accelerators_trains_nothing() -> None:
    image, command = "registry.example.com/pytorch-training:2.3", "torchrun --nnodes 2 main.py"
    assert role(address="aws_batch_job_definition.x", images=[image], commands=[command]) == "training"
    assert (
        role(address="aws_batch_job_definition.allgather", images=[image], commands=["all_gather_perf -b 8"])
        is None
    )


@pytest.mark.parametrize(
    "command",
    [
        "sleep infinity",
        '/bin/bash -c "sleep 3600"',
        "/bin/sh -c trap : TERM INT; sleep infinity & wait",
        "tail -f /dev/null",
    ],
)
def test_a_container_that_only_waits_serves_nothing(command: str) -> None:
    image = ["nvcr.io/nvidia/tritonserver:25.08-py3"]
    assert role(address="aws_instance.inference", images=image) == "inference"
    assert role(address="aws_instance.inference", images=image, commands=[command]) is None


def test_what_waits_after_it_started_the_server_serves() -> None:
    script = '/bin/bash -c "tritonserver --model-repository=/models & sleep infinity"'
    image = ["nvcr.io/nvidia/tritonserver:25.08-py3"]
    assert role(images=image, commands=[script]) == "inference"


def test_a_container_that_waits_beside_the_server_takes_nothing_from_it() -> None:
    lines = [
        "/bin/bash",
        "-c",
        "tritonserver --model-repository=/models",
        "/bin/bash",
        "-c",
        "sleep infinity",
    ]
    assert role(images=["nvcr.io/nvidia/tritonserver:25.08-py3"], commands=lines) == "inference"


def test_the_publisher_of_an_image_is_not_what_it_runs() -> None:
    assert role(images=["ghcr.io/kubeflow/notebookswg/dashboard:v1"]) is None
    assert role(images=["ghcr.io/kubeflownotebookswg/jupyter-scipy:v1"]) == "notebook"


def test_an_endpoint_picker_is_named_after_the_model_that_it_picks() -> None:
    assert role(address="aws_instance.vllm_llama3_epp", images=["registry.example/epp:1"]) is None


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [("training", "training"), ("model training", "training"), ("Data Engineering Terraform Training", None)],
)
def test_a_tag_that_describes_is_no_name_of_a_part(tag: str, wanted: str | None) -> None:
    assert role(instance_type="t3.micro", tags={"component": tag}) == wanted


def test_what_fetches_a_model_for_the_server_takes_nothing_from_it() -> None:
    images = ["vllm/vllm-openai:v0.9", "acme/model-downloader:1"]
    assert role(address="aws_instance.llm", images=images) == "inference"
    assert role(address="aws_instance.llm", images=images[::-1]) is None
