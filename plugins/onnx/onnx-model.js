/** What ONNX calls the type of a tensor of 32-bit floats, and of 64-bit ones. */
const FLOAT = 1;
const DOUBLE = 11;

/** A model that takes rows of numbers and gives rows of numbers. */
export class OnnxModel {
  #name;
  #session;
  #Tensor;
  #input;
  #output;

  constructor(name, bytes, { InferenceSession, Tensor }) {
    this.#name = name;
    this.#Tensor = Tensor;
    this.#session = new InferenceSession();
    this.#session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {});
    const { inputMetadata: inputs, outputMetadata: outputs } = this.#session;
    if (inputs.length !== 1 || inputs[0].type !== FLOAT) {
      throw new Error(`model ${name} has to have one input, of 32-bit floats`);
    }
    [this.#input] = inputs;
    const tensors = outputs.filter(({ isTensor }) => isTensor);
    this.#output =
      tensors.find((output) => output.name === 'probabilities') ??
      tensors.find(({ type }) => type === FLOAT || type === DOUBLE) ??
      tensors[0];
    if (this.#output === undefined) throw new Error(`model ${name} gives no tensor`);
  }

  /** One value for each row. */
  predict(rows) {
    return this.outputs(rows).map((values) => {
      if (values.length === 1) return values[0];
      if (values.length === 2) return values[1];
      const several = `model ${this.#name} gives ${values.length} values`;
      throw new Error(`${several}: use predict_list`);
    });
  }

  /** All values of the output for each row. */
  outputs(rows) {
    if (rows.length === 0) return [];
    const width = this.#input.shape.at(-1);
    const given = rows[0].length;
    if ((width > 0 && given !== width) || rows.some(({ length }) => length !== given)) {
      throw new Error(`model ${this.#name} takes ${width > 0 ? width : 'as many'} numbers a row`);
    }
    const data = Float32Array.from(rows.flat());
    const input = new this.#Tensor('float32', data, [rows.length, given]);
    const fetches = { [this.#output.name]: null };
    const results = this.#session.run({ [this.#input.name]: input }, fetches, {});
    const values = results[this.#output.name].data;
    const size = values.length / rows.length;
    return rows.map((_, row) => Array.from(values.subarray(row * size, (row + 1) * size), Number));
  }
}
