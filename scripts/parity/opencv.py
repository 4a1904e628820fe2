"""Runs every exported file in OpenCV's DNN module."""

import sys

import cases

try:
    import cv2
except ImportError as missing:
    cases.skip("OpenCV for Python", missing)

good = True
for name, form, file, pixels, expected, tolerance in cases.all_cases(sys.argv[1]):
    what = f"{name} {form}, OpenCV {cv2.__version__}"
    try:
        network = cv2.dnn.readNetFromONNX(str(file))
        network.setInput(pixels)
        found = network.forward()
    except cv2.error as problem:
        reason = str(problem).strip().splitlines()[0]
        if form in ("uint8", "int8"):
            # OpenCV's own limits: its networks take floats, and know few 8-bit layers.
            print(f"skipped: {what}, because OpenCV cannot run it: {reason}")
        else:
            print(f"FAILED: {what}: {reason}")
            good = False
        continue
    good &= cases.judged(what, found, expected, tolerance)
sys.exit(0 if good else 1)
