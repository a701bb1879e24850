// The long tail: images per class, the largest class first. Very many classes share a column.

import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Response } from '../../src/api/schemas.ts'
import { counted, countText } from './numbers.ts'

type TailClass = Response<'longTail'>[number]

const HEIGHT = 240
const GROUPS = [
  { group: 'many', text: 'Many-shot' },
  { group: 'medium', text: 'Medium-shot' },
  { group: 'few', text: 'Few-shot' },
  { group: 'new', text: 'New' },
] as const

const imagesOf = ({ training, named }: TailClass) => training + named

interface Props {
  readonly classes: readonly TailClass[]
  readonly onOpen: (id: string) => void
}

export function LongTailChart({ classes, onOpen }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  const [logarithmic, setLogarithmic] = useState(true)
  const [at, setAt] = useState(0)

  useLayoutEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    setWidth(element.clientWidth)
    return () => observer.disconnect()
  }, [])

  const sorted = useMemo(() => classes.toSorted((a, b) => imagesOf(b) - imagesOf(a)), [classes])
  const columns = Math.max(1, Math.min(sorted.length, Math.floor(width / 2)))
  const most = Math.max(1, ...sorted.slice(0, 1).map(imagesOf))
  const heightOf = (images: number) =>
    HEIGHT * (logarithmic ? Math.log1p(images) / Math.log1p(most) : images / most)
  const indexAt = (column: number) =>
    Math.min(sorted.length - 1, Math.floor((column / columns) * sorted.length))
  const step = width / columns
  const current = sorted[Math.min(at, sorted.length - 1)]
  const place = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect()
    return indexAt(Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * columns)))
  }

  const bars = useMemo(
    () =>
      Array.from({ length: columns }, (_, column) => {
        const one = sorted[indexAt(column)]
        if (!one) return null
        const height = Math.max(1, heightOf(imagesOf(one)))
        return (
          <rect
            key={one.class}
            class={`tail-${one.group}`}
            x={column * step}
            y={HEIGHT - height}
            width={Math.max(1, step - (step > 4 ? 1 : 0))}
            height={height}
          />
        )
      }),
    [sorted, columns, step, logarithmic],
  )

  return (
    <figure class="tail">
      <figcaption class="toolbar">
        <ul class="legend">
          {GROUPS.map(({ group, text }) => (
            <li key={group}>
              <span class={`legend-dot tail-dot-${group}`} />
              {text}{' '}
              <span class="quiet">{countText(sorted.filter((one) => one.group === group).length)}</span>
            </li>
          ))}
        </ul>
        <label class="inline-field">
          <input
            type="checkbox"
            checked={logarithmic}
            onChange={(event) => setLogarithmic(event.currentTarget.checked)}
          />
          <span>logarithmic</span>
        </label>
      </figcaption>
      <div
        ref={frame}
        class="tail-frame"
        data-testid="long-tail"
        role="slider"
        tabIndex={0}
        aria-label="Images per class, the largest first"
        aria-valuemin={1}
        aria-valuemax={sorted.length}
        aria-valuenow={at + 1}
        aria-valuetext={current ? `${current.name}: ${counted(imagesOf(current), 'image')}` : ''}
        onMouseMove={(event) => setAt(place(event))}
        onClick={(event) => {
          const one = sorted[place(event)]
          if (one) onOpen(one.class)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') setAt(Math.min(sorted.length - 1, at + 1))
          else if (event.key === 'ArrowLeft') setAt(Math.max(0, at - 1))
          else if (event.key === 'Enter' && current) onOpen(current.class)
          else return
          event.preventDefault()
        }}
      >
        <svg class="tail-bars" width={width} height={HEIGHT} aria-hidden="true">
          {bars}
          {sorted.length > 0 && (
            <rect
              class="tail-cursor"
              x={Math.floor((at / sorted.length) * columns) * step}
              y={0}
              width={Math.max(2, step)}
              height={HEIGHT}
            />
          )}
        </svg>
      </div>
      <p class="tail-current" aria-hidden="true">
        {current && (
          <>
            <strong>{current.name}</strong>{' '}
            <span class="quiet">
              {countText(current.training)} in training, {countText(current.named)} named by people
            </span>
          </>
        )}
      </p>
    </figure>
  )
}
