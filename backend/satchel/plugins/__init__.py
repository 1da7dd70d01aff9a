"""In-stream transforms, one a file; each exposes PLUGIN. Found by loading.py."""
