"""Faults of a whole site, really made on this machine: servers killed, code exchanged."""
