// The columns of each row's few smallest values. A search of every column once per place reads a long row again and again;
// here it is read once, for the minimum of each group of columns: only the groups with the smallest minima can hold them.

import { ops, type Tensor } from '@oltr/torch'

/** The fewest columns of whose minimum the library makes short work: eight or sixteen take it five times as long. */
const GROUP = 32

/** The columns of the `count` smallest values of each row of values (n, K), (n, count), of equal values the first. */
export function smallestColumns(values: Tensor, count: number): Tensor {
  const { shape, device } = values
  const [rows, columns] = shape
  const groups = Math.floor(columns / GROUP)
  if (groups <= count) return takeSmallest(values.clone(), count) // (n, count)
  const grouped = values.narrow(1, 0, groups * GROUP).view([rows, groups, GROUP]) // (n, G, 32)
  // In the order of their columns, so that the first of equal values stays the first.
  const chosen = takeSmallest(grouped.amin({ dim: [2] }), count).sort({ dim: 1 })[0] // (n, count)
  const rest = columns - groups * GROUP
  const candidates = ops.cat(
    [
      chosen.mul(GROUP).unsqueeze(2).add(ops.arange(GROUP, { device })).reshape([rows, -1]),
      ops.arange(groups * GROUP, columns, { device }).expand([rows, rest]),
    ],
    { dim: 1 },
  ) // (n, 32 count + rest), the columns of the chosen groups and those in none
  return candidates.gather(1, takeSmallest(values.gather(1, candidates), count)) // (n, count)
}

/** The same by one search of all columns per place. Leaves infinity in their places. */
function takeSmallest(values: Tensor, count: number): Tensor {
  const places: Tensor[] = []
  for (let place = 0; place < count; place++) {
    const column = values.min(1, { keepdim: true })[1] // (n, 1)
    places.push(column)
    values.scatter_(1, column, Number.POSITIVE_INFINITY)
  }
  return ops.cat(places, { dim: 1 }) // (n, count)
}
