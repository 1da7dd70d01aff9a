"""The composition root: settings → adapters → services → doors. Nobody else plugs a port; order and endings are decided here."""
