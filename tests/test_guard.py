"""A studio of its owner alone is just that, and one that others can reach works for them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest

from unleash.studio import alone
from unleash.studio.server.guard import from_the_page, guarded
from unleash.studio.server.owner import Reach, check_address, reach

ROOT = Path(__file__).parents[1]
ASK = "/gradio_api/run/ask"


def serve(who: Reach) -> Iterator[tuple[str, str]]:
    with gr.Blocks(analytics_enabled=False) as demo:

        def ask(request: gr.Request) -> bool:
            return from_the_page(request)

        gr.api(ask, api_name="ask", queue=False)
    _, url, _ = demo.launch(
        server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, ssr_mode=False, **guarded(who)
    )
    yield url.rstrip("/"), httpx.URL(url).netloc.decode()
    demo.close()


@pytest.fixture(scope="module")
def own() -> Iterator[tuple[str, str]]:
    yield from serve(Reach.OWNER)


@pytest.fixture(scope="module")
def public() -> Iterator[tuple[str, str]]:
    yield from serve(Reach.NETWORK)


@pytest.fixture(scope="module")
def space() -> Iterator[tuple[str, str]]:
    yield from serve(Reach.SPACE)


def call(studio, **headers):
    url, _ = studio
    return httpx.post(url + ASK, json={"data": []}, headers=headers)


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "[::", "@127.0.0.1@x"]
)
@pytest.mark.parametrize("path", ["/", ASK, "/gradio_api/file=/etc/passwd", "/config"])
def test_it_answers_under_its_own_names_only(own, name, path):
    answer = httpx.get(own[0] + path, headers={"Host": name})
    assert answer.status_code == 403
    assert answer.text == (
        "This studio is for its owner alone: open it as http://127.0.0.1, or serve it with --host.\n"
    )


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost:8888", "[::1]:7860", "LOCALHOST"])
def test_each_of_its_names_is_good(own, name):
    assert httpx.get(own[0] + "/", headers={"Host": name}).status_code == 200


def test_programs_on_the_machine_are_served(own):
    assert call(own).json()["data"] == [False]


def test_its_page_is_served(own):
    assert call(own, Origin=own[0], **{"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_pages_of_others_may_not_use_it(own, headers):
    answer = call(own, **headers)
    assert answer.status_code == 403
    assert answer.text == "This studio is for its owner alone: pages of others may not use it.\n"


def test_a_link_to_it_may_be_followed(own):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert httpx.get(own[0] + "/", headers=headers).status_code == 200


def test_no_other_page_may_frame_it_or_bring_scripts_along(own, public, space):
    for studio in (own, public):
        policy = httpx.get(studio[0] + "/").headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert policy.endswith("frame-ancestors 'self'")
    assert (
        "frame-ancestors 'self' https://huggingface.co"
        in httpx.get(space[0] + "/").headers["content-security-policy"]
    )


def test_only_its_page_gets_the_token_that_adds_models(own, public):
    page = httpx.get(own[0] + "/")
    given = page.headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=Strict" in given
    assert call(own, Cookie=given.partition(";")[0]).json()["data"] == [True]
    assert call(own, Cookie=given.partition("=")[0] + "=guess").json()["data"] == [False]
    assert call(own, Cookie="a key=1; =; a=b;;;=").json()["data"] == [False]
    # Some HTTP parsers refuse this one themselves, others let it through.
    assert not from_the_page(SimpleNamespace(headers={"cookie": "\x01=; a=b;;;="}))
    assert "set-cookie" not in httpx.get(own[0] + "/config").headers
    assert "set-cookie" not in httpx.get(public[0] + "/").headers


def test_whoever_can_reach_a_public_one_may_use_it_under_any_name(public):
    assert httpx.get(public[0] + "/", headers={"Host": "studio.example"}).status_code == 200
    assert call(public, Origin="https://elsewhere.example").status_code == 200


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost:8888", "null"])
def test_browsers_are_told_that_no_other_page_may_read_it(own, public, origin):
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for studio in (own, public):
        asked = httpx.options(studio[0] + ASK, headers={"Origin": origin, **asking})
        for answer in (asked, call(studio, Origin=origin), httpx.get(studio[0], headers={"Origin": origin})):
            assert not [name for name in answer.headers if name.startswith("access-control")]


def test_pages_elsewhere_may_use_a_space(space):
    answer = call(space, Origin="https://elsewhere.example", Host="owner-unleash.hf.space")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://elsewhere.example"


def test_who_can_reach_it(monkeypatch):
    for name in ("GRADIO_SERVER_NAME", "GRADIO_SHARE", "SPACE_ID", "COLAB_RELEASE_TAG"):
        monkeypatch.delenv(name, raising=False)
    assert reach() is reach("localhost") is reach("[::1]") is Reach.OWNER
    assert reach("0.0.0.0") is reach("192.168.1.2") is Reach.NETWORK
    assert reach("127.0.0.1", share=True) is Reach.LINK
    monkeypatch.setenv("COLAB_RELEASE_TAG", "1")
    assert reach() is Reach.LINK
    assert not alone()


def test_an_address_that_is_not_ours_is_named():
    with pytest.raises(ValueError, match=r"host 192\.0\.2\.1 is not an address of this machine"):
        check_address("192.0.2.1", None)
    with pytest.raises(ValueError, match=r"host nowhere\.invalid is unknown"):
        check_address("nowhere.invalid", 7860)
    check_address(None, None)


@pytest.mark.slow
def test_the_app_says_what_is_wrong_in_a_line():
    environment = os.environ | {"GRADIO_SERVER_NAME": "192.0.2.1"}
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        "unleash: the host 192.0.2.1 is not an address of this machine"
    )
    assert "Traceback" not in done.stderr
