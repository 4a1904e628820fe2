"""Holds every exported file against ONNX's own checker, and against its evaluator where there is one."""

import sys

import cases

try:
    import onnx
except ImportError as missing:
    cases.skip("the reference checker", missing)
try:
    from onnx import version_converter
    from onnx.reference import ReferenceEvaluator
except ImportError:
    ReferenceEvaluator = None
    print(f"skipped: the reference evaluator, because onnx {onnx.__version__} has none (1.13 has)")

# Of operator set 13 the evaluator takes batch norms for those of training, and has no
# DequantizeLinear; onnx's own converter says the same in a set that it computes.
EVALUATED = 21

good = True
for name, form, file, pixels, expected, tolerance in cases.all_cases(sys.argv[1]):
    what = f"{name} {form}, onnx {onnx.__version__}"
    try:
        onnx.checker.check_model(onnx.load(file), full_check=True)
        print(f"valid: {what}")
    except Exception as problem:  # the checker's exceptions have no common class
        print(f"INVALID: {what}: {problem}")
        good = False
        continue
    if ReferenceEvaluator is not None:
        try:
            newer = version_converter.convert_version(onnx.load(file), EVALUATED)
            found = ReferenceEvaluator(newer).run(None, {"pixels": pixels})[0]
        except Exception as problem:
            print(f"skipped: {what}, because the evaluator cannot run it: {problem}")
            continue
        good &= cases.judged(what + ", reference", found, expected, tolerance)
sys.exit(0 if good else 1)
