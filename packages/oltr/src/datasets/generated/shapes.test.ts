import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PARTS, SHAPES } from './concepts.ts'
import { EYE, partDistance, REACH } from './parts.ts'
import { BODY_REACH, OUTLINES } from './shapes.ts'

/** Points of a circle around the middle. */
const ring = (radius: number, points = 360): [number, number][] =>
  Array.from({ length: points }, (_, i) => {
    const angle = (2 * Math.PI * i) / points
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })

/** The share of the square -2..2 in both axes where a field is negative, as an area. */
function area(inside: (x: number, y: number) => boolean): number {
  let count = 0
  for (let i = 0; i < 100; i++) for (let j = 0; j < 100; j++) if (inside(i / 25 - 2, j / 25 - 2)) count++
  return count / 625
}

test('every shape lies within 1.2 radii, so that a line of 0.1 around it stays within reach, and fills a fair area', () => {
  for (const shape of SHAPES) {
    const { distance } = OUTLINES[shape]
    for (const [x, y] of ring(1.2)) assert.ok(distance(x, y) > 0, `${shape} at ${x}, ${y}`)
    for (const [x, y] of ring(BODY_REACH)) assert.ok(distance(x, y) > 0.1, `${shape} at ${x}, ${y}`)
    const size = area((x, y) => distance(x, y) < 0)
    assert.ok(size > 0.7 && size < 2.6, `${shape} has area ${size}`)
  }
})

test('distances rise at most a tenth too fast, so edges stay one pixel soft', () => {
  for (const shape of SHAPES) {
    const { distance } = OUTLINES[shape]
    for (const radius of [0.2, 0.5, 0.8, 1.1, 1.4]) {
      for (const [x, y] of ring(radius, 40)) {
        for (const [dx, dy] of ring(0.01, 8)) {
          const slope = Math.abs(distance(x + dx, y + dy) - distance(x, y)) / 0.01
          assert.ok(slope < 1.1, `${shape}: slope ${slope} at ${x}, ${y}`)
        }
      }
    }
  }
})

test('an eye is on the body: most of its white lies inside every shape', () => {
  for (const shape of SHAPES) {
    const { distance, face } = OUTLINES[shape]
    assert.ok(distance(face[0], face[1]) < -0.15, shape)
    const white = area((x, y) => partDistance('eye', shape)(x, y) < 0)
    const on = area((x, y) => partDistance('eye', shape)(x, y) < 0 && distance(x, y) < 0)
    assert.ok(on / white > 0.6, `${shape}: ${on / white}`)
    assert.ok(EYE.pupil + EYE.glance < EYE.white)
  }
})

test('every limb touches its body, sticks out of it and stays within reach', () => {
  for (const shape of SHAPES) {
    const body = OUTLINES[shape].distance
    for (const part of PARTS) {
      if (part === 'eye') continue
      const limb = partDistance(part, shape)
      for (const [x, y] of ring(REACH)) assert.ok(limb(x, y) > 0, `${part} of ${shape} at ${x}, ${y}`)
      const touching = area((x, y) => limb(x, y) < 0.03 && body(x, y) < 0.03)
      assert.ok(touching > 0, `${part} of ${shape} floats`)
      const visible = area((x, y) => limb(x, y) < 0 && body(x, y) > 0)
      assert.ok(visible > 0.1, `${part} of ${shape} shows ${visible}`)
    }
  }
})

test('no two parts look alike on a shape', () => {
  for (const shape of SHAPES) {
    const body = OUTLINES[shape].distance
    const limbs = PARTS.filter((part) => part !== 'eye')
    for (const a of limbs) {
      for (const b of limbs) {
        if (a === b) continue
        const inside = (part: typeof a) => (x: number, y: number) =>
          partDistance(part, shape)(x, y) < 0 && body(x, y) > 0
        const both = area((x, y) => inside(a)(x, y) && inside(b)(x, y))
        const either = area((x, y) => inside(a)(x, y) || inside(b)(x, y))
        assert.ok(both / either < 0.45, `${a} and ${b} on ${shape} overlap by ${both / either}`)
      }
    }
  }
})
