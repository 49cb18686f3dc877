"""The `jackfield` command. Importing the package loads nothing; see `jackfield_cli.main`."""
