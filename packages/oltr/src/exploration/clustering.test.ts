import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTensors, tensor } from '@oltr/torch'
import { SeededRandom } from '@oltr/torch/data'
import { ConfigError } from '../errors.ts'
import { type Clusters, kMeans } from './clustering.ts'

function clustered(
  rows: readonly (readonly number[])[],
  clusters: number,
  seed = 0,
  rounds?: number,
): Clusters {
  using x = tensor(Float32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] })
  const before = liveTensors()
  const found = kMeans(x, clusters, { seed, rounds })
  assert.equal(liveTensors(), before)
  return found
}

/** `count` points around each of the centres, in turns. */
function around(centres: readonly (readonly number[])[], count: number, spread: number): number[][] {
  const random = new SeededRandom(5)
  return Array.from({ length: count * centres.length }, (_, i) =>
    centres[i % centres.length].map((value) => value + spread * (random.uniform() - 0.5)),
  )
}

test('groups that lie apart are found, far from the origin too', () => {
  for (const offset of [0, 1000]) {
    const centres = [
      [0, 0],
      [9, 0],
      [0, 9],
      [9, 9],
    ].map((row) => row.map((value) => value + offset))
    const { assignment } = clustered(around(centres, 50, 2), 4)
    assert.equal(new Set(assignment.slice(0, 4)).size, 4)
    assignment.forEach((cluster, i) => {
      assert.equal(cluster, assignment[i % 4])
    })
  }
})

test('distances are squared distances to the mean of the own cluster, and no other mean is nearer', () => {
  const rows = around(
    [
      [0, 0],
      [1, 1],
      [2, 0],
    ],
    40,
    2,
  )
  const { assignment, distances } = clustered(rows, 5, 1, 100)
  const means = Array.from({ length: 5 }, (_, cluster) => {
    const own = rows.filter((_, i) => assignment[i] === cluster)
    return [0, 1].map((axis) => own.reduce((sum, row) => sum + row[axis], 0) / own.length)
  })
  rows.forEach((row, i) => {
    const each = means.map((mean) => (row[0] - mean[0]) ** 2 + (row[1] - mean[1]) ** 2)
    assert.ok(Math.abs(each[assignment[i]] - distances[i]) < 1e-4)
    assert.ok(Math.min(...each) > each[assignment[i]] - 1e-4)
  })
})

test('a seed gives the same groups again', () => {
  const rows = around(
    [
      [0, 0],
      [1, 1],
    ],
    60,
    3,
  )
  assert.deepEqual(clustered(rows, 7, 3), clustered(rows, 7, 3))
})

test('one cluster holds everything, and clusters beyond the rows are left out', () => {
  const rows = [
    [0, 0],
    [1, 0],
    [5, 5],
  ]
  assert.deepEqual([...clustered(rows, 1).assignment], [0, 0, 0])
  assert.deepEqual([...clustered(rows, 10).assignment].sort(), [0, 1, 2])
  assert.deepEqual([...clustered([[3, 4]], 2).distances], [0])
})

test('rows that are all the same end in finite distances of zero', () => {
  const { assignment, distances } = clustered(
    Array.from({ length: 20 }, () => [7, 8]),
    4,
  )
  assert.ok(assignment.every((cluster) => cluster >= 0 && cluster < 4))
  assert.ok(distances.every((distance) => distance < 1e-9))
})

test('no rows have no clusters, and none but a whole number of clusters is allowed', () => {
  using nothing = tensor(new Float32Array(0), { shape: [0, 3] })
  assert.equal(kMeans(nothing, 3, { seed: 0 }).assignment.length, 0)
  for (const clusters of [0, -1, 1.5]) assert.throws(() => clustered([[1]], clusters), ConfigError)
})
