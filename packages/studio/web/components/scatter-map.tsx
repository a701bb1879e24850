// The map of a round: moved by dragging, zoomed by the wheel or + and −, encircled in lasso mode, opened by a click.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { type Point, pointsInside } from '../state/lasso.ts'
import type { Colouring, MapData } from '../state/map-colours.ts'
import { indexPoints } from '../state/point-index.ts'
import { PointPainter, type View } from './draw-points.ts'
import { pathOf, useLasso } from './use-lasso.ts'

const REACH_PX = 12
const CLICK_PX = 5
const MARGIN = 0.05
const STEP_PX = 60

interface Props {
  readonly map: MapData
  readonly colouring: Colouring
  readonly chosen: readonly number[]
  readonly lassoMode: boolean
  readonly onChoose: (indexes: number[]) => void
  readonly onOpen: (index: number) => void
}

export function ScatterMap({ map, colouring, chosen, lassoMode, onChoose, onOpen }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [view, setView] = useState<View>({ scale: 1, left: 0, top: 0 })
  const drag = useRef<{ from: Point; view: View; moved: boolean } | null>(null)
  const points = useMemo(() => ({ x: Float32Array.from(map.x), y: Float32Array.from(map.y) }), [map])
  const painter = useRef<PointPainter | null>(null)
  const index = useMemo(() => indexPoints(map.x, map.y), [map])
  const marked = useMemo(() => {
    if (chosen.length === 0) return null
    const flags = new Uint8Array(map.x.length)
    for (const i of chosen) flags[i] = 1
    return flags
  }, [map, chosen])

  useLayoutEffect(() => {
    const element = canvas.current
    if (!element) return
    const measure = () => {
      const width = Math.round(element.clientWidth * devicePixelRatio)
      const height = Math.round(element.clientHeight * devicePixelRatio)
      setSize((before) => (before.width === width && before.height === height ? before : { width, height }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => setView(wholeOf(size)), [size])

  useLayoutEffect(() => {
    const frame = requestAnimationFrame(() => {
      const element = canvas.current
      if (!element) return
      if (element.width !== size.width) element.width = size.width
      if (element.height !== size.height) element.height = size.height
      // In the processor's memory, where its pixels are written.
      painter.current ??= new PointPainter(element.getContext('2d', { willReadFrequently: true })!)
      painter.current.paint(points, colouring, view, marked)
    })
    return () => cancelAnimationFrame(frame)
  }, [points, colouring, view, marked, size])

  /** A place on the screen as one of the unit square. */
  const placeOf = ({ x, y }: Point) => ({
    x: (x * devicePixelRatio - view.left) / view.scale,
    y: (y * devicePixelRatio - view.top) / view.scale,
  })
  const zoomAt = (factor: number, at: Point) =>
    setView((now) => {
      const whole = wholeOf(size).scale
      const scale = Math.max(whole * 0.5, Math.min(whole * 200, now.scale * factor))
      const [x, y] = [at.x * devicePixelRatio, at.y * devicePixelRatio]
      const ratio = scale / now.scale
      return { scale, left: x - (x - now.left) * ratio, top: y - (y - now.top) * ratio }
    })
  const moveBy = (dx: number, dy: number) =>
    setView((now) => ({ ...now, left: now.left + dx, top: now.top + dy }))
  const middle = () => ({ x: size.width / devicePixelRatio / 2, y: size.height / devicePixelRatio / 2 })
  const openAt = (at: Point, reach = REACH_PX) => {
    const { x, y } = placeOf(at)
    const found = index.nearest(x, y, (reach * devicePixelRatio) / view.scale)
    if (found !== -1) onOpen(found)
  }

  const lasso = useLasso((line) => onChoose(pointsInside(line.map(placeOf), map.x, map.y)), {
    enabled: lassoMode,
    touch: true,
  })
  const pan = {
    onPointerDown: (event: PointerEvent) => {
      drag.current = { from: { x: event.clientX, y: event.clientY }, view, moved: false }
      ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const started = drag.current
      if (!started) return
      const [dx, dy] = [clientX - started.from.x, clientY - started.from.y]
      if (!started.moved && Math.hypot(dx, dy) < CLICK_PX) return
      started.moved = true
      const { scale, left, top } = started.view
      setView({ scale, left: left + dx * devicePixelRatio, top: top + dy * devicePixelRatio })
    },
    onPointerUp: (event: PointerEvent) => {
      const started = drag.current
      drag.current = null
      if (started && !started.moved) openAt(pointIn(event))
    },
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEP_PX * devicePixelRatio
    if (event.key === 'ArrowLeft') moveBy(step, 0)
    else if (event.key === 'ArrowRight') moveBy(-step, 0)
    else if (event.key === 'ArrowUp') moveBy(0, step)
    else if (event.key === 'ArrowDown') moveBy(0, -step)
    else if (event.key === '+' || event.key === '=') zoomAt(1.4, middle())
    else if (event.key === '-') zoomAt(1 / 1.4, middle())
    else if (event.key === '0') setView(wholeOf(size))
    else if (event.key === 'Enter') openAt(middle(), 200)
    else if (event.key === 'Escape') onChoose([])
    else return
    event.preventDefault()
  }

  return (
    <div
      class={lassoMode ? 'map map-lasso' : 'map'}
      role="application"
      aria-label={`Map of ${map.x.length} images. Arrows move, plus and minus zoom, Enter opens the image at the centre.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is interactive, by the keys below
      tabIndex={0}
      onKeyDown={onKeyDown}
      onWheel={(event) => {
        event.preventDefault()
        zoomAt(Math.exp(-event.deltaY * 0.0015), pointIn(event))
      }}
      {...(lassoMode ? lasso.handlers : pan)}
    >
      <canvas ref={canvas} data-testid="map-canvas" />
      <span class="map-cross" aria-hidden="true" />
      {lasso.line.length > 0 && (
        <svg class="lasso" aria-hidden="true">
          <path d={pathOf(lasso.line)} />
        </svg>
      )}
      <div class="map-tools">
        {[
          { text: '+', label: 'Zoom in', run: () => zoomAt(1.5, middle()) },
          { text: '−', label: 'Zoom out', run: () => zoomAt(1 / 1.5, middle()) },
          { text: '⤢', label: 'The whole map', run: () => setView(wholeOf(size)) },
        ].map(({ text, label, run }) => (
          <button
            key={label}
            type="button"
            aria-label={label}
            onPointerDown={(event) => event.stopPropagation()}
            onClick={run}
          >
            {text}
          </button>
        ))}
      </div>
    </div>
  )
}

/** The whole unit square, in the middle. */
function wholeOf({ width, height }: { width: number; height: number }): View {
  const scale = Math.max(1, Math.min(width, height) * (1 - 2 * MARGIN))
  return { scale, left: (width - scale) / 2, top: (height - scale) / 2 }
}

function pointIn(event: MouseEvent): Point {
  const box = (event.currentTarget as Element).getBoundingClientRect()
  return { x: event.clientX - box.left, y: event.clientY - box.top }
}
