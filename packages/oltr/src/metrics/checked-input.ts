// What every metric accepts and refuses. Labels and predictions are class numbers 0..K-1, with -1 for "unknown" (as a
// label) and "rejected" (as a prediction). Scores must be finite: one NaN would sort anywhere and turn every curve into noise.
import { DataError } from '../errors.ts'

/** Any plain or typed array of numbers. */
export type Numbers = ArrayLike<number>

/** The label of an image of no known class, and the prediction "I do not know". */
export const UNKNOWN = -1

/** Throws DataError at the first entry of `values` that is not an integer in -1..classCount-1. */
export function checkLabels(name: string, values: Numbers, classCount: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isInteger(value) && value >= UNKNOWN && value < classCount) continue
    throw new DataError(
      `${name}[${i}]`,
      `expected a class number in 0..${classCount - 1}, or -1 for unknown, got ${value}; check that the list and the model have the same classes`,
    )
  }
}

/** Throws DataError at the first entry of `values` that is NaN or infinite. */
export function checkFinite(name: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue
    throw new DataError(
      `${name}[${i}]`,
      `expected a finite number, got ${values[i]}; the model or its input is broken at this image`,
    )
  }
}

/** Throws DataError when two lists that describe the same images differ in length. */
export function checkSameLength(nameA: string, a: Numbers, nameB: string, b: Numbers): void {
  if (a.length === b.length) return
  throw new DataError(
    nameB,
    `expected ${a.length} entries, one for each of ${nameA}, got ${b.length}; pass both for the same images in the same order`,
  )
}
