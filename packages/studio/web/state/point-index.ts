// The point nearest to a place among many: points sorted into square cells of the unit square.

export interface PointIndex {
  /** Index of the nearest point within `reach`; -1 where there is none. */
  nearest(x: number, y: number, reach: number): number
}

export function indexPoints(xs: ArrayLike<number>, ys: ArrayLike<number>): PointIndex {
  const side = Math.max(1, Math.min(256, Math.round(Math.sqrt(xs.length / 4))))
  const cellOf = (value: number) => Math.max(0, Math.min(side - 1, Math.floor(value * side)))
  const starts = new Uint32Array(side * side + 1)
  for (let i = 0; i < xs.length; i += 1) starts[cellOf(ys[i]!) * side + cellOf(xs[i]!) + 1]! += 1
  for (let cell = 0; cell < side * side; cell += 1) starts[cell + 1]! += starts[cell]!
  const filled = starts.slice()
  const sorted = new Uint32Array(xs.length)
  for (let i = 0; i < xs.length; i += 1) {
    const cell = cellOf(ys[i]!) * side + cellOf(xs[i]!)
    sorted[filled[cell]!] = i
    filled[cell]! += 1
  }
  return {
    nearest(x, y, reach) {
      let best = -1
      let least = reach * reach
      for (let row = cellOf(y - reach); row <= cellOf(y + reach); row += 1) {
        for (let column = cellOf(x - reach); column <= cellOf(x + reach); column += 1) {
          const cell = row * side + column
          for (let k = starts[cell]!; k < starts[cell + 1]!; k += 1) {
            const i = sorted[k]!
            const distance = (xs[i]! - x) ** 2 + (ys[i]! - y) ** 2
            if (distance <= least) {
              least = distance
              best = i
            }
          }
        }
      }
      return best
    },
  }
}
