import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestBroker } from '../../src/testing/index.ts';

const PLUGIN = fileURLToPath(new URL('../../plugins/onnx/onnx-plugin.js', import.meta.url));

/** Sigmoid(0.5 a - b + 2 c + 0.25) as the probability of the second of two classes. */
const LOGISTIC =
  'CAg61wEKEgoBeAoBdwoBYhIBeiIER2VtbQoPCgF6EgFwIgdTaWdtb2lkChAKA29uZQoBcBIBcSIDU3ViCioKAXEKAXASDXByb2JhYmlsaXRpZXMiBkNvbmNhdCoLCgRheGlzGAGgAQISAWcqFwgDCAEQASIMAAAAPwAAgL8AAABAQgF3Kg0IARABIgQAAIA+QgFiKg8IARABIgQAAIA/QgNvbmVaFAoBeBIPCg0IARIJCgMSAU4KAggDYiAKDXByb2JhYmlsaXRpZXMSDwoNCAESCQoDEgFOCgIIAkIECgAQEQ==';

function isInstalled(): boolean {
  try {
    createRequire(PLUGIN).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}

let models: string;
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'kawadb-onnx-'));
  await writeFile(join(models, 'churn.onnx'), Buffer.from(LOGISTIC, 'base64'));
  await writeFile(join(models, 'broken.onnx'), 'no model');
});
afterAll(() => rm(models, { recursive: true, force: true }));

function brokerWith(options: string) {
  return startTestBroker({ settings: { 'sql.plugins': `${PLUGIN}${options}` } });
}

if (!isInstalled()) console.warn('skipped: onnxruntime-node is not installed');

describe.skipIf(!isInstalled())('predict', () => {
  test('gives what the model says of each row', async () => {
    await using broker = await brokerWith(`?models=${models}`);
    const rows = await broker.sql(
      `SELECT predict('churn', a, b, c) AS p, predict_list('churn', [a, b, c]) AS list
       FROM (VALUES (1, 2, 3), (0, 0, 0), (NULL, 1, 1)) t(a, b, c)`,
    );
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
    expect(rows[0]?.p).toBeCloseTo(sigmoid(4.75), 5);
    expect(rows[1]?.p).toBeCloseTo(sigmoid(0.25), 5);
    const [first] = (rows[1]?.list ?? []) as readonly number[];
    expect(first).toBeCloseTo(1 - sigmoid(0.25), 5);
    expect(rows[2]?.p).toBeNull();
    const many = "SELECT sum(predict('churn', range, range, -range)) > 0 AS ok FROM range(10000)";
    expect(await broker.sql(many)).toEqual([{ ok: true }]);
    for (const [call, message] of [
      ["predict('churn', 1.0)", 'takes 3 numbers'],
      ["predict('nothing', 1.0)", 'there are: broken, churn'],
      ["predict('../churn', 1.0)", 'there is no model'],
      ["predict('broken', 1.0)", 'protobuf'],
    ]) {
      await expect(broker.sql(`SELECT ${call}`)).rejects.toThrow(message);
    }
  });
});

test.skipIf(isInstalled())('without the runtime, it is told how to get it', async () => {
  await using broker = await brokerWith(`?models=${models}`);
  await expect(broker.sql('SELECT 1')).rejects.toThrow(
    'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@',
  );
});

test('the folder of the models has to be there', async () => {
  await using nameless = await brokerWith('');
  await expect(nameless.sql('SELECT 1')).rejects.toThrow('?models=');
  await using missing = await brokerWith(`?models=${join(models, 'none')}`);
  await expect(missing.sql('SELECT 1')).rejects.toThrow('ENOENT');
});
