"""An OpenAI-compatible server over Jackfield's plugins."""
