"""Images, PDFs and other files, and audio as content of OpenAI messages, for Jackfield."""
