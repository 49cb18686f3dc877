"""One module per subcommand. Each imports click and `jackfield_cli.output` only, until it runs."""
