"""OpenAI embeddings for Jackfield."""
