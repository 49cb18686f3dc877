"""OpenAI's Responses API for Jackfield, and the bridge between it and chat completions."""
