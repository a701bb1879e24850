// In which precision a run computes. An instruction for bfloat16 does not make it fast: some processors multiply it at
// twice the rate of float32, some at the same rate and lose time in the conversions. So `auto` measures, once, on the
// run's own network, and the run keeps the answer: a resumed run must not change its mind.

import { existsSync, readFileSync } from 'node:fs'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { describeProcessor } from '@oltr/torch/processor'
import { ConfigError, DataError } from '../errors.ts'

export type Precision = 'float32' | 'bfloat16'

/** bfloat16 must be this much faster to be worth its 8 bits of mantissa. */
const WORTHWHILE = 1.1

/** The processor's bfloat16 instructions, empty where there are none (or where Linux does not tell). */
export function bfloat16Instructions({ flags } = describeProcessor()): string[] {
  return ['avx512_bf16', 'amx_bf16'].filter((flag) => flags.has(flag))
}

/**
 * The precision of a run: what it began with (kept in `file`), else what is configured, else the faster one.
 *
 * @param secondsPerStep measures a training step in a precision; called where the processor has bfloat16 only
 */
export function choosePrecision(
  file: string,
  wanted: 'auto' | Precision,
  device: string,
  secondsPerStep: (precision: Precision) => number,
): Precision {
  if (wanted !== 'auto') return wanted
  if (existsSync(file)) return readChoice(file)
  const precision = device.startsWith('cuda') ? 'bfloat16' : fasterOf(secondsPerStep)
  writeFileAtomicSync(file, `${JSON.stringify({ precision })}\n`)
  return precision
}

function fasterOf(secondsPerStep: (precision: Precision) => number): Precision {
  if (bfloat16Instructions().length === 0) return 'float32'
  return secondsPerStep('float32') > WORTHWHILE * secondsPerStep('bfloat16') ? 'bfloat16' : 'float32'
}

function readChoice(file: string): Precision {
  let found: unknown
  try {
    found = (JSON.parse(readFileSync(file, 'utf8')) as { precision: unknown }).precision
  } catch (cause) {
    throw new DataError(file, 'cannot be read; set execution.precision as the run began', { cause })
  }
  if (found === 'float32' || found === 'bfloat16') return found
  throw new ConfigError(file, found, 'expected float32 or bfloat16')
}
