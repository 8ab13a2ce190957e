"""Networks computed elsewhere give the same pictures, whatever becomes of who computes them."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import torch
from safetensors.torch import load, save

from unleash import UnleashPipeline
from unleash.canvas.settings import check_engine
from unleash.models.engines import Engine
from unleash.models.engines import remote as remote_engine
from unleash.models.engines.batches import Asked, logits_together
from unleash.models.protocol import Condition


class Replica:
    """Computes over HTTP as a cluster does; it fails ``failures`` times, in ways that clusters have.

    A failure of 0 is the answer of another server, which sends a page.
    """

    def __init__(self, engine: Engine) -> None:
        self.failures: list[int | None] = []
        self.asked = 0
        replica = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                replica.asked += 1
                given = load(self.rfile.read(int(self.headers["Content-Length"])))
                failure = replica.failures.pop() if replica.failures else 200
                if failure is None:  # it dies before it answers
                    self.close_connection = True
                    return
                what = self.path.rpartition("/")[2]
                if what == "logits":
                    condition = tuple(given[f"condition{i}"] for i in range(len(given) - 1))
                    result = engine.logits(given["tokens"], condition)
                else:
                    result = engine.decode(given["codes"], what)
                body = save({"result": result.contiguous()}) if failure == 200 else b"no"
                self.send_response(failure or 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"ray://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def saved(pipe: UnleashPipeline, tmp_path: Path) -> Path:
    pipe.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def replica(saved: Path) -> Iterator[Replica]:
    pipe = UnleashPipeline.from_pretrained(saved)
    served = Replica(Engine(pipe.vqgan, pipe.transformer))
    yield served
    served.server.shutdown()


def test_it_paints_the_same_however_often_a_replica_dies(saved: Path, replica: Replica) -> None:
    wanted = UnleashPipeline.from_pretrained(saved)(label="day", seed=3, num_inference_steps=4)
    pipe = UnleashPipeline.from_pretrained(saved, engine=replica.address)
    replica.failures += [500, None, 503]
    before = replica.asked
    made = pipe(label="day", seed=3, num_inference_steps=4)
    assert (made.canvases[0].codes == wanted.canvases[0].codes).all()
    assert made.images[0].tobytes() == wanted.images[0].tobytes()
    assert replica.asked - before == 4 + 1 + 3, "steps, the picture, and what failed once more"
    assert pipe.engine.name == "ray"


def test_other_weights_are_not_used(saved: Path, tmp_path: Path, replica: Replica) -> None:
    other = UnleashPipeline.from_pretrained(saved)
    with torch.no_grad():
        next(other.transformer.parameters()).normal_()
    other.save_pretrained(tmp_path / "other" / "model")
    with pytest.raises(ValueError, match="gives other logits"):
        UnleashPipeline.from_pretrained(tmp_path / "other" / "model", engine=replica.address)


def test_a_model_of_another_size_is_not_used(saved: Path) -> None:
    class Smaller(Engine):
        def logits(self, tokens: torch.Tensor, condition: Condition) -> torch.Tensor:
            return super().logits(tokens, condition)[..., :-1]

    pipe = UnleashPipeline.from_pretrained(saved)
    replica = Replica(Smaller(pipe.vqgan, pipe.transformer))
    with pytest.raises(ValueError, match="gives other logits"):
        pipe.use(replica.address)
    replica.server.shutdown()


def test_what_is_not_an_address_is_said(saved: Path) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        UnleashPipeline.from_pretrained(saved, engine="ray://999.0.0.1:80")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "does not serve this model"),
        (422, "does not take this: no"),
        (0, "is not a cluster that serves models"),
    ],
)
def test_what_a_cluster_cannot_do_is_said_at_once(
    saved: Path, replica: Replica, status: int, said: str
) -> None:
    replica.failures = [status]
    with pytest.raises(ValueError, match=said):
        UnleashPipeline.from_pretrained(saved, engine=replica.address)


def test_where_nobody_answers_it_says_what_to_start(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_engine, "_FIRST_PATIENCE", 0.2)
    with pytest.raises(
        ValueError, match=r"127\.0\.0\.1:9 does not answer .*: start it with `unleash serve-models"
    ):
        UnleashPipeline.from_pretrained(saved, engine="ray://127.0.0.1:9")


def test_where_nobody_answered_it_says_so_at_once_until_somebody_does(
    saved: Path, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_engine, "_SILENT", set())
    monkeypatch.setattr(remote_engine, "_FIRST_PATIENCE", 0.2)
    replica.failures = [503] * 100
    with pytest.raises(ValueError, match="does not answer"):
        UnleashPipeline.from_pretrained(saved, engine=replica.address)
    monkeypatch.setattr(remote_engine, "_FIRST_PATIENCE", 60)
    replica.failures = [503] * 2
    for _ in range(2):
        with pytest.raises(ValueError, match="does not answer"):
            UnleashPipeline.from_pretrained(saved, engine=replica.address)
    assert replica.failures == [], "each asked once"
    pipe = UnleashPipeline.from_pretrained(saved, engine=replica.address)
    replica.failures = [503]
    assert pipe(label="day", num_inference_steps=2).images, "from then on it is waited for again"


@pytest.mark.parametrize(
    "name", ["ray", "ray://", "ray://host", "ray://a:1/x", "ray://u@h:1", "ray://a:65536", "gpu", ""]
)
def test_what_names_no_engine_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"choose auto, torch, openvino or ray://HOST:PORT"):
        check_engine(name)


def test_what_is_asked_together_is_what_is_asked_alone(pipe: UnleashPipeline) -> None:
    engine = Engine(pipe.vqgan, pipe.transformer)
    day, night = (pipe.transformer.condition(label) for label in ("day", "night"))
    random = torch.Generator().manual_seed(0)
    asked = [
        Asked(
            torch.randint(0, 17, (count, 4, 4), generator=random),
            tuple(part.expand(count) for part in condition),
        )
        for count, condition in ((1, day), (3, night), (2, day))
    ]
    for one, together in zip(asked, logits_together(engine, asked), strict=True):
        torch.testing.assert_close(together, engine.logits(*one), atol=1e-5, rtol=1e-5)
