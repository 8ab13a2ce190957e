"""Entry for Hugging Face Spaces, and for `python app.py`."""

from unleash.cli.errors import in_one_line
from unleash.studio import alone, build, launch

with in_one_line():
    demo = build(may_add=alone(), engine="auto")
    if __name__ == "__main__":
        launch(demo)
