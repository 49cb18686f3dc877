"""OpenAI video generation for Jackfield: clips made, changed, waited for and downloaded."""
