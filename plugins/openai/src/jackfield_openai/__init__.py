"""OpenAI chat completions for Jackfield."""
