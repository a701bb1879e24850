// What lies inside a line drawn by hand.

export interface Point {
  readonly x: number
  readonly y: number
}

/** Whether a point is inside a closed line, by the number of its edges that a ray from the point crosses. */
export function isInside(line: readonly Point[], x: number, y: number): boolean {
  let inside = false
  for (let i = 0, j = line.length - 1; i < line.length; j = i, i += 1) {
    const a = line[i]!
    const b = line[j]!
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside
  }
  return inside
}

/** Indexes of the points of two columns that lie inside. */
export function pointsInside(line: readonly Point[], x: ArrayLike<number>, y: ArrayLike<number>): number[] {
  if (line.length < 3) return []
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const point of line) {
    left = Math.min(left, point.x)
    right = Math.max(right, point.x)
    top = Math.min(top, point.y)
    bottom = Math.max(bottom, point.y)
  }
  const inside: number[] = []
  for (let i = 0; i < x.length; i += 1) {
    const px = x[i]!
    const py = y[i]!
    if (px < left || px > right || py < top || py > bottom) continue
    if (isInside(line, px, py)) inside.push(i)
  }
  return inside
}

/** The same line with points that lie closer than `gap` left out, so that a long drag stays cheap. */
export function extendLine(line: readonly Point[], next: Point, gap: number): readonly Point[] {
  const last = line.at(-1)
  if (last && Math.hypot(next.x - last.x, next.y - last.y) < gap) return line
  return [...line, next]
}
