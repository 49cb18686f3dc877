"""The catalogue's rows: model name without prefix → what is known of it.

Rows are plain dicts. A key that is absent means that no source says; the keys are described in the
package's README and typed in `jackfield_openai_catalogue.record.ModelRecord`.
"""

from __future__ import annotations

from typing import Any

from jackfield_openai_catalogue.rows import gpt, gpt5, media, reasoning, text

ROWS: dict[str, dict[str, Any]] = {
    **gpt5.ROWS,
    **reasoning.ROWS,
    **gpt.ROWS,
    **text.ROWS,
    **media.ROWS,
}
