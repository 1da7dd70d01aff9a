"""The portal door: the built portal, sign-in and consent pages."""
