"""Plug-ins for programs that host notebooks: each is a package that its host loads."""
