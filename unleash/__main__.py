"""`python -m unleash`: the same as the `unleash` command."""

from unleash.cli import app

if __name__ == "__main__":
    app(prog_name="unleash")
