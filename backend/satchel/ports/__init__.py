"""Sockets in the wall: the Protocols through which services reach the outside world."""
