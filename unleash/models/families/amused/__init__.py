"""aMUSEd: pictures from prompts."""
