"""The cases that ExportParityTest wrote: a folder for each architecture."""

import json
import pathlib
import sys

import numpy

SKIPPED = 77
FORMS = ("model", "uint8", "fp16", "int8")


def skip(what, why):
    print(f"skipped: {what}, because {why}")
    sys.exit(SKIPPED)


def all_cases(root):
    """Yields (name, form, file, pixels, expected, tolerance): None where no difference is held."""
    folders = sorted(path.parent for path in pathlib.Path(root).glob("*/case.json"))
    if not folders:
        sys.exit(f"no cases in {root}")
    for folder in folders:
        case = json.loads((folder / "case.json").read_text())
        expected = numpy.fromfile(folder / "expected.f32", "<f4").reshape(-1, case["classes"])
        planes = numpy.fromfile(folder / "pixels.f32", "<f4").reshape(case["planes"])
        rows = numpy.fromfile(folder / "pixels.u8", "u1").reshape(case["rows"])
        for form in FORMS:
            pixels = rows if form == "uint8" else planes
            yield folder.name, form, folder / f"{form}.onnx", pixels, expected, case["tolerances"].get(form)


def judged(what, found, expected, tolerance):
    """Prints a line; true where the answers agree, or are numbers where no difference is held."""
    difference = float(numpy.abs(found - expected).max())
    if tolerance is None:
        verdict = "runs" if numpy.isfinite(difference) else "DISAGREES"
        print(f"{verdict}: {what}, largest difference {difference:.1e}, held to none")
        return verdict == "runs"
    verdict = "agrees" if difference <= tolerance else "DISAGREES"
    print(f"{verdict}: {what}, largest difference {difference:.1e}, allowed {tolerance:.0e}")
    return difference <= tolerance
