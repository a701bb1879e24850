// All images of one cluster: what stays in gets the next name at one keystroke, what is taken out is left for later.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Task } from '../../src/api/schemas.ts'
import { isInside, type Point } from '../state/lasso.ts'
import { stepInGrid } from '../state/virtual-window.ts'
import { Picture } from './picture.tsx'
import { pathOf, useLasso } from './use-lasso.ts'

interface Props {
  readonly tasks: readonly Task[]
  readonly out: ReadonlySet<string>
  readonly onOut: (out: ReadonlySet<string>) => void
}

export function ClusterGrid({ tasks, out, onOut }: Props) {
  const grid = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState(0)
  const shown = Math.min(at, tasks.length - 1)
  const cluster = tasks[0] ? `${tasks[0].round}-${tasks[0].cluster}` : ''

  useEffect(() => {
    setAt(0)
    grid.current?.focus({ preventScroll: true })
  }, [cluster])

  const put = (ids: readonly string[], isOut: boolean) => {
    const next = new Set(out)
    for (const id of ids) isOut ? next.add(id) : next.delete(id)
    onOut(next)
  }
  const toggle = (task: Task | undefined) => task && put([task.id], !out.has(task.id))

  const onKeyDown = (event: KeyboardEvent) => {
    const task = tasks[shown]
    if (event.code === 'Space') toggle(task)
    else {
      // The arrows that lie side by side go to the images here, not to the previous or next cluster.
      const next = stepInGrid(event.key, shown, columnsOf(grid.current), 3)
      if (next === null || task === undefined) return
      const target = Math.max(0, Math.min(tasks.length - 1, next))
      if (event.shiftKey) {
        const [from, to] = [Math.min(shown, target), Math.max(shown, target)]
        put(
          tasks.slice(from, to + 1).map(({ id }) => id),
          out.has(task.id),
        )
      }
      setAt(target)
    }
    event.preventDefault()
  }

  const takeOut = (line: readonly Point[]) => {
    const box = grid.current?.getBoundingClientRect()
    const tiles = grid.current?.querySelectorAll<HTMLElement>('[data-task]') ?? []
    const inside = [...tiles].flatMap((tile) => {
      const place = tile.getBoundingClientRect()
      const x = place.left + place.width / 2 - (box?.left ?? 0)
      const y = place.top + place.height / 2 - (box?.top ?? 0)
      return isInside(line, x, y) && tile.dataset.task ? [tile.dataset.task] : []
    })
    put(inside, !inside.every((id) => out.has(id)))
  }
  const lasso = useLasso(takeOut)

  return (
    <div class="cluster">
      <div
        ref={grid}
        class="cluster-grid"
        role="listbox"
        tabIndex={0}
        aria-multiselectable="true"
        aria-label={`${tasks.length} images of one cluster`}
        aria-activedescendant={tasks[shown] ? `tile-${tasks[shown].id}` : undefined}
        onKeyDown={onKeyDown}
        {...lasso.handlers}
      >
        {tasks.map((task, index) => (
          <div
            key={task.id}
            id={`tile-${task.id}`}
            class={index === shown ? 'tile tile-current' : 'tile'}
            role="option"
            tabIndex={-1}
            data-testid="tile"
            data-task={task.id}
            aria-selected={!out.has(task.id)}
            aria-label={`Image ${index + 1}, ${out.has(task.id) ? 'left for later' : 'gets the name'}`}
            onClick={() => {
              setAt(index)
              toggle(task)
            }}
            onKeyDown={() => grid.current?.focus()}
          >
            <Picture image={task.image} size={tasks.length > 12 ? 'small' : 'whole'} />
            <span class="tile-mark" aria-hidden="true">
              {out.has(task.id) ? '–' : '✓'}
            </span>
          </div>
        ))}
        {lasso.line.length > 0 && (
          <svg class="lasso" aria-hidden="true">
            <path d={pathOf(lasso.line)} />
          </svg>
        )}
      </div>
    </div>
  )
}

function columnsOf(grid: HTMLElement | null): number {
  const tiles = grid?.querySelectorAll<HTMLElement>('[data-task]') ?? []
  const top = tiles[0]?.offsetTop
  const columns = [...tiles].findIndex((tile) => tile.offsetTop !== top)
  return columns === -1 ? Math.max(1, tiles.length) : columns
}
