"""OpenAI transcription, translation and speech for Jackfield."""
