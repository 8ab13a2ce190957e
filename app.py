"""Entry for Hugging Face Spaces, and for `python app.py`."""

from unleash.studio import alone, build, launch

demo = build(may_add=alone())

if __name__ == "__main__":
    launch(demo)
