// A grid of any number of cells of one size, of which only those in view exist. Arrows move, Enter or a click opens.

import type { ComponentChildren } from 'preact'
import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { stepInGrid, windowOf } from '../state/virtual-window.ts'

/** Rows passed in one frame from which on nobody can see what passes, so that nothing is drawn in the cells. */
const FLYING_ROWS = 3
const LANDED_MS = 90

interface Props {
  readonly total: number
  readonly cellWidth: number
  readonly cellHeight: number
  readonly label: string
  readonly render: (index: number) => ComponentChildren
  /** Told which cells are drawn, so that they can be asked for. */
  readonly onRange?: (first: number, end: number) => void
  readonly onOpen?: (index: number, event: MouseEvent | KeyboardEvent) => void
  readonly isSelected?: (index: number) => boolean
  /** One column as wide as the whole. */
  readonly list?: boolean
  readonly testId?: string
  readonly cellTestId?: string
}

export function VirtualGrid(props: Props) {
  const { total, cellWidth, cellHeight, label, render, onRange, onOpen, isSelected, list = false } = props
  const element = useRef<HTMLDivElement>(null)
  const id = useId()
  const [place, setPlace] = useState({ scrollTop: 0, viewWidth: 0, viewHeight: 0 })
  const [at, setAt] = useState(0)
  const [flying, setFlying] = useState(false)
  const landing = useRef<ReturnType<typeof setTimeout>>(undefined)
  const view = windowOf({
    total,
    cellWidth: list ? Math.max(1, place.viewWidth) : cellWidth,
    cellHeight,
    ...place,
  })
  const shown = Math.min(at, total - 1)

  const measure = useCallback(() => {
    const box = element.current
    if (!box) return
    setPlace((before) => {
      const step = Math.floor(box.scrollTop / cellHeight) * cellHeight
      const now = { scrollTop: step, viewWidth: box.clientWidth, viewHeight: box.clientHeight }
      const same = step === before.scrollTop && now.viewWidth === before.viewWidth
      return same && now.viewHeight === before.viewHeight ? before : now
    })
  }, [cellHeight])

  const onScroll = () => {
    const rows = Math.abs((element.current?.scrollTop ?? 0) - place.scrollTop) / cellHeight
    if (rows >= FLYING_ROWS) setFlying(true)
    clearTimeout(landing.current)
    landing.current = setTimeout(() => setFlying(false), LANDED_MS)
    measure()
  }

  useLayoutEffect(() => {
    measure()
    const observer = new ResizeObserver(measure)
    if (element.current) observer.observe(element.current)
    return () => observer.disconnect()
  }, [measure])

  useEffect(() => onRange?.(view.first, view.end), [view.first, view.end, onRange])

  const onKeyDown = (event: KeyboardEvent) => {
    const box = element.current
    if (!box || event.target !== box) return
    if ((event.key === 'Enter' || event.key === ' ') && onOpen && total > 0) {
      event.preventDefault()
      return onOpen(shown, event)
    }
    const next = stepInGrid(
      event.key,
      shown,
      view.columns,
      Math.max(1, Math.floor(box.clientHeight / cellHeight)),
    )
    if (next === null) return
    event.preventDefault()
    const target = Math.max(0, Math.min(total - 1, next))
    setAt(target)
    const top = Math.floor(target / view.columns) * cellHeight
    if (top < box.scrollTop) box.scrollTop = top
    else if (top + cellHeight > box.scrollTop + box.clientHeight)
      box.scrollTop = top + cellHeight - box.clientHeight
  }

  const cells = []
  for (let index = view.first; index < view.end; index += 1) {
    cells.push(
      <div
        key={index}
        id={`${id}-${index}`}
        class={index === shown ? 'cell cell-current' : 'cell'}
        role="option"
        tabIndex={-1}
        aria-selected={isSelected?.(index) ?? false}
        aria-posinset={index + 1}
        aria-setsize={total}
        data-testid={props.cellTestId}
        style={{ height: `${cellHeight}px` }}
        onClick={(event) => {
          setAt(index)
          onOpen?.(index, event)
        }}
        onKeyDown={() => element.current?.focus()}
      >
        {flying ? <span class="picture" /> : render(index)}
      </div>,
    )
  }
  return (
    <div
      ref={element}
      class="virtual-grid"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-multiselectable={isSelected !== undefined}
      aria-activedescendant={total > 0 ? `${id}-${shown}` : undefined}
      data-testid={props.testId}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div class="virtual-height" style={{ height: `${view.height}px` }}>
        <div
          class="virtual-rows"
          style={{
            transform: `translateY(${view.top}px)`,
            gridTemplateColumns: `repeat(${view.columns}, minmax(0, 1fr))`,
          }}
        >
          {cells}
        </div>
      </div>
    </div>
  )
}
