import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OnnxModel } from './onnx-model.js';

const PACKAGE = 'onnxruntime-node@1.30.0';
const MODEL_NAME = /^[\w-]+(\.[\w-]+)*$/;

/**
 * The factory that KawaDB calls; `models` is the folder of the models.
 * @param {Readonly<Record<string, string>>} options
 */
export default function onnxPlugin({ models } = {}) {
  if (models === undefined || models === '') {
    throw new Error('name the folder of the models: kawadb-onnx?models=/srv/models');
  }
  const folder = resolve(models);
  // Told at the start, and not by the first statement that wants to predict.
  readdirSync(folder);
  const runtime = loadRuntime();
  /** @type {Map<string, OnnxModel>} */
  const known = new Map();

  const modelOf = (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const model = new OnnxModel(name, readModel(folder, name), runtime);
    known.set(name, model);
    return model;
  };

  return {
    functions: [
      {
        ...{ name: 'predict', parameters: ['VARCHAR'], variadic: 'DOUBLE', returns: 'DOUBLE' },
        evaluate: ([names, ...columns], rows) =>
          byModel(names, rows, (name, at) =>
            modelOf(name).predict(at.map((row) => columns.map((column) => column[row]))),
          ),
      },
      {
        ...{ name: 'predict_list', parameters: ['VARCHAR', 'DOUBLE[]'], returns: 'DOUBLE[]' },
        evaluate: ([names, lists], rows) =>
          byModel(names, rows, (name, at) => modelOf(name).outputs(at.map((row) => lists[row]))),
      },
    ],
  };
}

/** Runs each model once, over all its rows. */
function byModel(names, rows, run) {
  const rowsOf = Map.groupBy(Array.from({ length: rows }).keys(), (row) => names[row]);
  const values = new Array(rows);
  for (const [name, at] of rowsOf) {
    const results = run(name, at);
    for (const [index, row] of at.entries()) values[row] = results[index];
  }
  return values;
}

/** The runtime as Node has it for whoever started the broker, else for this package. */
function loadRuntime() {
  const from = [pathToFileURL(resolve('package.json')).href, import.meta.url];
  for (const base of from) {
    try {
      const load = createRequire(base);
      const { binding, initOrt } = load('onnxruntime-node/dist/binding.js');
      const { Tensor } = createRequire(load.resolve('onnxruntime-node'))('onnxruntime-common');
      initOrt();
      return { InferenceSession: binding.InferenceSession, Tensor };
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  const install = `ONNXRUNTIME_NODE_INSTALL=skip npm install ${PACKAGE}`;
  throw new Error(`kawadb-onnx needs the package onnxruntime-node: ${install}`);
}

function readModel(folder, name) {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.onnx'))
    .map((file) => file.slice(0, -'.onnx'.length));
  if (!MODEL_NAME.test(name) || !names.includes(name)) {
    throw new Error(`there is no model ${name}; there are: ${names.join(', ') || 'none'}`);
  }
  return readFileSync(join(folder, `${name}.onnx`));
}
