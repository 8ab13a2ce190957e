"""Entry for Hugging Face Spaces, and for `python app.py`."""

from unleash.studio import build, launch

demo = build()

if __name__ == "__main__":
    launch(demo)
