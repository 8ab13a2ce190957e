"""Large files from the Hub whose download resumes where it ended, even after the process was killed.

huggingface_hub resumes a download when the connection breaks, but deletes what it has of a file when the
download is cancelled. Here that part stays in the Hub's cache under another name; the complete file gets the
name under which huggingface_hub finds it.
"""

import re
from pathlib import Path
from typing import Any

from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
from huggingface_hub.file_download import http_get, repo_folder_name
from huggingface_hub.utils import WeakFileLock, build_hf_headers

from unleash.models.known import PublishedFile


def download(file: PublishedFile, bar: Any = None) -> None:
    """Downloads a file into the Hub's cache, if it is a large one that is not there yet.

    Args:
        file: the file.
        bar: a class of progress bars as tqdm; None: huggingface_hub's own.

    Raises:
        Exception: many types, of huggingface_hub and its HTTP client, when the download fails.
    """
    url = hf_hub_url(file.repository, file.path, revision=file.revision)
    try:
        metadata = get_hf_file_metadata(url)
    except Exception:  # huggingface_hub, which is asked next, explains it or has the file
        return
    if not re.fullmatch(r"[0-9a-f]{64}", metadata.etag or ""):
        return  # a small file
    folder = repo_folder_name(repo_id=file.repository, repo_type="model")
    blob = Path(constants.HF_HUB_CACHE) / folder / "blobs" / str(metadata.etag)
    part = blob.with_name(f"{blob.name}.part")
    blob.parent.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(part.with_suffix(".lock")):
        if blob.exists():
            return
        with part.open("ab") as opened:
            http_get(
                url,
                opened,
                resume_size=opened.tell(),
                headers=build_hf_headers(),
                expected_size=metadata.size,
                displayed_filename=file.path,
                tqdm_class=bar,
            )
        part.replace(blob)
