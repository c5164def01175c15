"""`make accuracy`: print the report and keep it in docs/explain/accuracy.md."""

from pathlib import Path

from benchmarks.accuracy.report import report

PAGE = Path(__file__).parents[2] / "docs" / "explain" / "accuracy.md"

if __name__ == "__main__":
    text = report()
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    print(text)
