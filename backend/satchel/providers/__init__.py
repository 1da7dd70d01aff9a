"""One provider a file (or package); each exposes PROVIDER. Found by loading.py."""
