"""The studio's server: the page's layout, its listeners and the API."""
