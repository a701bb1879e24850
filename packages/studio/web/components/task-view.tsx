// One image, large: zoomed, moved, rotated and with more contrast by keys or by hand.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Task } from '../../src/api/schemas.ts'
import { imageAddress } from '../state/api.ts'
import { useKeys } from '../state/hotkeys.ts'

const ZOOM_STEP = 1.35
const MOST_ZOOM = 12
const CONTRASTS = [1, 1.6, 2.4]
const AS_IT_IS = { zoom: 1, turn: 0, contrast: 0, x: 0, y: 0 }

export function TaskView({ task }: { task: Task }) {
  const [look, setLook] = useState(AS_IT_IS)
  const [broken, setBroken] = useState(false)
  const drag = useRef<{ x: number; y: number } | null>(null)

  useEffect(() => {
    setLook(AS_IT_IS)
    setBroken(false)
  }, [task.id])

  const zoomBy = (factor: number) =>
    setLook((now) => {
      const zoom = Math.max(1, Math.min(MOST_ZOOM, now.zoom * factor))
      return zoom === 1 ? { ...now, zoom, x: 0, y: 0 } : { ...now, zoom }
    })
  const turn = () => setLook((now) => ({ ...now, turn: now.turn + 90 }))
  const contrast = () => setLook((now) => ({ ...now, contrast: (now.contrast + 1) % CONTRASTS.length }))
  useKeys({
    'zoom-in': () => zoomBy(ZOOM_STEP),
    'zoom-out': () => zoomBy(1 / ZOOM_STEP),
    rotate: turn,
    contrast,
  })

  return (
    <figure class="task-view">
      <div
        class={look.zoom > 1 ? 'task-stage task-stage-zoomed' : 'task-stage'}
        onPointerDown={(event) => {
          if (look.zoom === 1) return
          drag.current = { x: event.clientX - look.x, y: event.clientY - look.y }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={({ clientX, clientY }) => {
          const from = drag.current
          if (from) setLook((now) => ({ ...now, x: clientX - from.x, y: clientY - from.y }))
        }}
        onPointerUp={() => {
          drag.current = null
        }}
      >
        {broken && (
          <p class="notice notice-bad" role="alert">
            This image cannot be shown. Skip it, or say that it is not an object.
          </p>
        )}
        <img
          class="task-image"
          data-testid="task-image"
          data-task={task.id}
          src={imageAddress(task.image)}
          alt="To be named"
          decoding="sync"
          draggable={false}
          onError={() => setBroken(true)}
          onLoad={() => setBroken(false)}
          style={{
            transform: `translate(${look.x}px, ${look.y}px) scale(${look.zoom}) rotate(${look.turn}deg)`,
            filter: look.contrast > 0 ? `contrast(${CONTRASTS[look.contrast]})` : '',
          }}
        />
      </div>
      <figcaption class="task-tools">
        <button type="button" aria-label="Zoom out" onClick={() => zoomBy(1 / ZOOM_STEP)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" onClick={() => zoomBy(ZOOM_STEP)}>
          +
        </button>
        <button type="button" aria-label="Rotate" onClick={turn}>
          ⟳
        </button>
        <button type="button" aria-label="Contrast" aria-pressed={look.contrast > 0} onClick={contrast}>
          ◐
        </button>
      </figcaption>
    </figure>
  )
}
