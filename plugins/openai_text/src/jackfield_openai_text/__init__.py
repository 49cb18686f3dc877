"""OpenAI text completions for Jackfield, and chat over them."""
