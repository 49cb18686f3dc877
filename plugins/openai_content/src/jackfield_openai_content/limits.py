"""How large a file may be that is put into a message, in bytes; ``max_file_bytes`` overrides it.

They are what OpenAI's guides state for one image and for the files of one request. For audio in a
message no limit is stated; transcription takes 25 MB. The API itself may refuse less.
"""

from __future__ import annotations

MAX_IMAGE_BYTES = 20 * 1024 * 1024
MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_AUDIO_BYTES = 25 * 1024 * 1024
