// Reads the golden tensors that the Python scripts of this folder write (see golden_file.py): trusted files, so a
// few lines do. Checkpoints of others go through the strict reader of '@oltr/torch/io'.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One golden tensor: numbers row by row, whatever the stored dtype. */
export interface Golden {
  dtype: 'float32' | 'float64' | 'int64' | 'bool'
  shape: number[]
  data: number[]
}

interface Header {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

const READERS: Record<string, [Golden['dtype'], (bytes: ArrayBuffer) => number[]]> = {
  F32: ['float32', (bytes) => Array.from(new Float32Array(bytes))],
  F64: ['float64', (bytes) => Array.from(new Float64Array(bytes))],
  I64: ['int64', (bytes) => Array.from(new BigInt64Array(bytes), Number)],
  BOOL: ['bool', (bytes) => Array.from(new Uint8Array(bytes))],
}

/** All tensors of parity/golden/<name>. Throws when the file is absent: `python3 parity/<script>.py` writes it. */
export function readGolden(name: string): Map<string, Golden> {
  const bytes = readFileSync(fileURLToPath(new URL(`golden/${name}`, import.meta.url)))
  const start = 8 + Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, Header>
  const tensors = new Map<string, Golden>()
  for (const [key, entry] of Object.entries(header)) {
    if (key === '__metadata__') continue
    const [dtype, read] = READERS[entry.dtype]
    const data = read(
      new Uint8Array(bytes.subarray(start + entry.data_offsets[0], start + entry.data_offsets[1])).buffer,
    )
    tensors.set(key, { dtype, shape: entry.shape, data })
  }
  return tensors
}
