"""A small tree of files for a checker to look at."""
import pathlib
import tempfile


def faults_of(faults, files):
    """What faults(root) finds where these files are, by path and text."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(faults(root))
