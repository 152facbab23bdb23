#!/usr/bin/env python3
"""Puts a static Linux binary and the Python package into a wheel: no compiler, no network, the standard library only.

    build_wheel.py OUT BINARY VERSION      writes OUT/rollcall_mock-VERSION-….whl, and prints its path
    build_wheel.py --catalogue BINARY      writes what is taken from the binary into src/, for maturin
    build_wheel.py --finish WHEEL...       adds what maturin leaves out to its wheels: the command rollcall-mock

The binary is started, on a free port of 127.0.0.1, to ask it for its catalogue: `rollcall_errors` needs no server, then.
"""

import base64
import hashlib
import json
import keyword
import os
import re
import stat
import sys
import zipfile
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit("build_wheel.py needs Python 3.11 or newer, which reads TOML; name one with PYTHON for tests/run")

import tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGE = HERE / "src" / "rollcall_mock"
TAGS = ("manylinux_2_17_x86_64", "musllinux_1_1_x86_64")
#: Every build of the same content gives the same bytes.
TIME = (1980, 1, 1, 0, 0, 0)


def wheel(out: Path, binary: Path, version: str) -> Path:
    project = pyproject()["project"]
    name = project["name"].replace("-", "_")
    info, data = f"{name}-{version}.dist-info", f"{name}-{version}.data"
    files: list[tuple[str, bytes, int]] = []
    for source in sorted(PACKAGE.rglob("*")):
        # What is taken from the binary is taken from this one.
        if source.is_file() and "__pycache__" not in source.parts and source.name not in GENERATED:
            files.append((f"rollcall_mock/{source.relative_to(PACKAGE).as_posix()}", source.read_bytes(), 0o644))
    files += [(f"rollcall_mock/{name}", text.encode(), 0o644) for name, text in generated(binary).items()]
    files.append((f"{data}/scripts/rollcall", binary.read_bytes(), 0o755))
    files.append((f"{info}/METADATA", metadata(project, version).encode(), 0o644))
    files.append((f"{info}/WHEEL", wheel_file().encode(), 0o644))
    files.append((f"{info}/entry_points.txt", entry_points().encode(), 0o644))
    files += [(f"{info}/licenses/{licence}", (ROOT / licence).read_bytes(), 0o644) for licence in project["license-files"]]
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{name}-{version}-py3-none-{'.'.join(TAGS)}.whl"
    write(target, info, files)
    return target


def write(target: Path, info: str, files: list[tuple[str, bytes, int]]) -> None:
    """A wheel of these files, and of the list of them with their hashes."""
    record = "".join(f"{path},sha256={digest(content)},{len(content)}\n" for path, content, _ in files)
    unfinished = target.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content, mode in [*files, (f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode(), 0o644)]:
            entry = zipfile.ZipInfo(path, TIME)
            entry.external_attr = (stat.S_IFREG | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    unfinished.replace(target)


def finish(target: Path) -> None:
    """Adds the command rollcall-mock to a wheel of maturin's."""
    with zipfile.ZipFile(target) as archive:
        info = next(name for name in archive.namelist() if name.endswith(".dist-info/RECORD")).removesuffix("/RECORD")
        absent = [name for name in GENERATED if f"rollcall_mock/{name}" not in archive.namelist()]
        if absent:
            sys.exit(f"{target} has no {' and no '.join(absent)}; run `build_wheel.py --catalogue BINARY` before maturin")
        files = [
            (entry.filename, archive.read(entry), stat.S_IMODE(entry.external_attr >> 16) or 0o644)
            for entry in archive.infolist()
            if entry.filename not in (f"{info}/RECORD", f"{info}/entry_points.txt") and not entry.is_dir()
        ]
    files.append((f"{info}/entry_points.txt", entry_points().encode(), 0o644))
    write(target, info, files)


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def metadata(project: dict, version: str) -> str:
    lines = ["Metadata-Version: 2.4", f"Name: {project['name']}", f"Version: {version}", f"Summary: {project['description']}"]
    lines += [f"License-Expression: {project['license']}"]
    lines += [f"License-File: {licence}" for licence in project["license-files"]]
    lines += [f"Keywords: {','.join(project['keywords'])}"]
    lines += [f"Classifier: {classifier}" for classifier in project["classifiers"]]
    lines += [f"Requires-Python: {project['requires-python']}", "Description-Content-Type: text/markdown", ""]
    return "\n".join(lines) + "\n" + (HERE / project["readme"]).read_text(encoding="utf-8")


def wheel_file() -> str:
    tags = "".join(f"Tag: py3-none-{tag}\n" for tag in TAGS)
    return f"Wheel-Version: 1.0\nGenerator: rollcall packages/build\nRoot-Is-Purelib: false\n{tags}"


def entry_points() -> str:
    groups = {"console_scripts": pyproject()["tool"]["rollcall"]["scripts"], **pyproject()["project"]["entry-points"]}
    return "\n".join(f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in rows.items()) for group, rows in groups.items())


def pyproject() -> dict:
    return tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))


# What comes from the binary

GENERATED = ("catalogue.json", "errors.py")


def generated(binary: Path) -> dict[str, str]:
    sys.path.insert(0, str(PACKAGE.parent))
    sys.dont_write_bytecode = True
    # Only what the server is without any settings of this machine's.
    for name in [name for name in os.environ if name.startswith("ROLLCALL_")]:
        del os.environ[name]
    from rollcall_mock import RollcallError, _catalogue

    try:
        catalogue = _catalogue.ask(str(binary))
    except RollcallError as error:
        sys.exit(f"the catalogue cannot be taken from {binary}: {error}")
    # Unused members would only make the package larger.
    for row in catalogue["errors"]:
        del row["source"]
    return {"catalogue.json": json.dumps(catalogue, separators=(",", ":"), ensure_ascii=False), "errors.py": names(catalogue)}


def names(catalogue: dict) -> str:
    """A module with the names of all errors, so that an editor can complete them."""
    lines = [
        '"""The names of the catalogue\'s errors, for an editor to complete: `errors.AliyunEhpc.ServiceUnavailable`."""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
    ]
    for provider in catalogue["providers"]:
        class_name = "".join(part.capitalize() for part in provider["id"].split("-"))
        lines += ["", "", f"class {class_name}:", f'    """{provider["title"]}."""', ""]
        for row in catalogue["errors"]:
            name = row["name"]
            if row["provider"] == provider["id"] and name.isidentifier() and not keyword.iskeyword(name):
                lines += [f'    {name}: Final = "{name}"', f'    """{row["status"]} {row["code"]}: {docstring(row["when"])}"""']
    return "\n".join(lines) + "\n"


def docstring(text: str) -> str:
    return re.sub(r'["\\]', lambda found: "\\" + found[0], text)


def main(arguments: list[str]) -> None:
    if len(arguments) == 2 and arguments[0] == "--catalogue":
        for name, text in generated(Path(arguments[1]).resolve()).items():
            (PACKAGE / name).write_text(text, encoding="utf-8")
            print(PACKAGE / name)
    elif len(arguments) > 1 and arguments[0] == "--finish":
        for target in arguments[1:]:
            finish(Path(target))
            print(target)
    elif len(arguments) == 3:
        print(wheel(Path(arguments[0]), Path(arguments[1]).resolve(), arguments[2]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
