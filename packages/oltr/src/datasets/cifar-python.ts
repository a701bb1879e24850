// The Python version of CIFAR: each file a pickled dictionary with `data`, a (N, 3072) array of bytes in R, G and B planes,
// and label lists. Read as data: nothing a pickle names is imported or called.

import { decodePickle, NumpyArray, numpyConstructors } from '@oltr/torch/files'
import { DataError } from '../errors.ts'
import type { CifarRecords } from './cifar.ts'

const PIXELS = 3 * 32 * 32

/**
 * Images and labels of one batch file; `labelKey` is `labels` (CIFAR-10) or `fine_labels` (CIFAR-100). Throws DataError for
 * a damaged pickle, an array of another shape, and a label outside 0..classes-1.
 */
export function decodeCifarBatch(
  bytes: Uint8Array,
  labelKey: string,
  classes: number,
  file: string,
): CifarRecords {
  const batch = decodeDictionary(bytes, file)
  const data = batch.get('data')
  const labels = batch.get(labelKey)
  if (!(data instanceof NumpyArray) || data.dtype !== 'uint8' || data.shape[1] !== PIXELS) {
    throw new DataError(file, `expected \`data\` as an array of bytes (N, ${PIXELS}); is this a CIFAR batch?`)
  }
  if (!Array.isArray(labels) || labels.length !== data.shape[0]) {
    const found = Array.isArray(labels) ? `${labels.length} of them` : 'none'
    throw new DataError(file, `expected ${data.shape[0]} labels under \`${labelKey}\`, got ${found}`)
  }
  labels.forEach((label, record) => {
    if (Number.isInteger(label) && label >= 0 && label < classes) return
    throw new DataError(
      file,
      `record ${record} has label ${label}, expected 0..${classes - 1}; is this the right data set?`,
    )
  })
  return { labels: Int32Array.from(labels), data: new Uint8Array(data.data) }
}

/** Class names of a `meta` file. Throws DataError. */
export function decodeCifarNames(bytes: Uint8Array, key: string, file: string): string[] {
  const names = decodeDictionary(bytes, file).get(key)
  if (!Array.isArray(names))
    throw new DataError(file, `expected class names under \`${key}\`, there are none`)
  return names.map((name) => (name instanceof Uint8Array ? Buffer.from(name).toString('utf8') : String(name)))
}

function decodeDictionary(bytes: Uint8Array, file: string): Map<unknown, unknown> {
  let value: unknown
  try {
    value = decodePickle(bytes, { file, known: numpyConstructors }).value
  } catch (cause) {
    throw new DataError(file, `expected a CIFAR batch (${(cause as Error).message}); get the file again`, {
      cause,
    })
  }
  if (value instanceof Map) return value
  throw new DataError(file, 'expected a pickled dictionary; is this a CIFAR batch?')
}
