// The bytes of a strided view, in row-major order.

/**
 * Copies the elements of a strided view out of `storage`; a view that is row-major already is returned as a view.
 *
 * @param itemBytes bytes of one element
 * @param offset of the first element, in elements
 * @param shape lengths of the dimensions, outermost first
 * @param strides distances between neighbours along each dimension, in elements, 0 or more
 * @throws RangeError when an element would lie outside of the storage
 */
export function materialise(
  storage: Uint8Array,
  itemBytes: number,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array {
  const count = shape.reduce((product, length) => product * length, 1)
  if (count === 0) return new Uint8Array(0)
  const last = shape.reduce((sum, length, i) => sum + (length - 1) * strides[i], offset)
  if ((last + 1) * itemBytes > storage.byteLength)
    throw new RangeError(
      `element ${last} is outside of a storage of ${storage.byteLength / itemBytes} elements`,
    )

  // The innermost dimensions that are row-major together are copied as one run.
  let run = 1
  let outer = shape.length
  while (outer > 0 && (shape[outer - 1] === 1 || strides[outer - 1] === run)) run *= shape[--outer]
  if (outer === 0) return storage.subarray(offset * itemBytes, (offset + run) * itemBytes)

  const result = new Uint8Array(count * itemBytes)
  const runBytes = run * itemBytes
  const index = new Array<number>(outer).fill(0)
  let from = offset
  for (let at = 0; ; ) {
    const start = from * itemBytes
    if (runBytes > 64) result.set(storage.subarray(start, start + runBytes), at)
    else for (let i = 0; i < runBytes; i++) result[at + i] = storage[start + i]
    at += runBytes
    if (at === result.byteLength) return result
    // The next index, as an odometer turns.
    let dimension = outer - 1
    while (++index[dimension] === shape[dimension]) {
      from -= (shape[dimension] - 1) * strides[dimension]
      index[dimension--] = 0
    }
    from += strides[dimension]
  }
}
