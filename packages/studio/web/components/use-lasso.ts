// Draws a line by hand over an element with mouse or pen, and with a finger where that does not scroll.

import { useRef, useState } from 'preact/hooks'
import { extendLine, type Point } from '../state/lasso.ts'

const GAP = 5
/** A press that moves less is a click. */
const START = 8

interface Lasso {
  /** In pixels of the element; empty while nothing is drawn. */
  readonly line: readonly Point[]
  readonly handlers: {
    onPointerDown: (event: PointerEvent) => void
    onPointerMove: (event: PointerEvent) => void
    onPointerUp: (event: PointerEvent) => void
    onPointerCancel: () => void
  }
}

export function useLasso(
  onEnd: (line: readonly Point[]) => void,
  { enabled = true, touch = false } = {},
): Lasso {
  const [line, setLine] = useState<readonly Point[]>([])
  const drawn = useRef<readonly Point[]>([])
  const from = useRef<Point | null>(null)

  const pointOf = (event: PointerEvent): Point => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  const end = () => {
    from.current = null
    drawn.current = []
    setLine([])
  }
  return {
    line,
    handlers: {
      onPointerDown: (event) => {
        if (!enabled || event.button !== 0 || (event.pointerType === 'touch' && !touch)) return
        from.current = pointOf(event)
      },
      onPointerMove: (event) => {
        if (from.current === null) return
        const point = pointOf(event)
        const started = drawn.current.length > 0
        if (!started && Math.hypot(point.x - from.current.x, point.y - from.current.y) < START) return
        if (!started) (event.currentTarget as Element).setPointerCapture(event.pointerId)
        drawn.current = extendLine(started ? drawn.current : [from.current], point, GAP)
        setLine(drawn.current)
      },
      onPointerUp: () => {
        const finished = drawn.current
        end()
        if (finished.length > 2) onEnd(finished)
      },
      onPointerCancel: end,
    },
  }
}

/** A line as the path of an SVG. */
export function pathOf(line: readonly Point[]): string {
  return line.length === 0 ? '' : `M${line.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`
}
