// Runs every exported file in ONNX Runtime for Node.
'use strict';

const fs = require('fs');
const path = require('path');

const SKIPPED = 77;
let runtime;
try {
  runtime = require('onnxruntime-node');
} catch (missing) {
  console.log(`skipped: ONNX Runtime for Node, because ${missing.message.split('\n')[0]}`);
  process.exit(SKIPPED);
}

function floats(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

async function difference(folder, form, shape) {
  const session = await runtime.InferenceSession.create(path.join(folder, `${form}.onnx`));
  const pixels =
    form === 'uint8'
      ? new runtime.Tensor('uint8', new Uint8Array(fs.readFileSync(path.join(folder, 'pixels.u8'))), shape.rows)
      : new runtime.Tensor('float32', floats(path.join(folder, 'pixels.f32')), shape.planes);
  const found = (await session.run({ pixels })).probabilities.data;
  const expected = floats(path.join(folder, 'expected.f32'));
  if (found.length !== expected.length) {
    return Infinity;
  }
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - found[i])), 0);
}

async function main(root) {
  let good = true;
  for (const name of fs.readdirSync(root).sort()) {
    const folder = path.join(root, name);
    const shape = JSON.parse(fs.readFileSync(path.join(folder, 'case.json')));
    for (const form of ['model', 'uint8', 'fp16', 'int8']) {
      const worst = await difference(folder, form, shape);
      const allowed = shape.tolerances[form]; // none where no difference is held
      const held = allowed !== undefined;
      const agrees = held ? worst <= allowed : Number.isFinite(worst);
      good = good && agrees;
      console.log(
        `${agrees ? (held ? 'agrees' : 'runs') : 'DISAGREES'}: ${name} ${form}, ONNX Runtime for Node, largest ` +
          `difference ${worst.toExponential(1)}, ${held ? `allowed ${allowed}` : 'held to none'}`);
    }
  }
  process.exit(good ? 0 : 1);
}

main(process.argv[2]).catch((problem) => {
  console.log(`FAILED: ${problem.stack}`);
  process.exit(1);
});
