"""How good the parts are, measured beside their peers: one command each, run by hand. The app imports none of it."""
