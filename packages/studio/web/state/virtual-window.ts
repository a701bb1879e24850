// Which cells of a long grid are in view: cells all have one size, so that nothing has to be measured.

export interface Window {
  readonly columns: number
  /** The first cell to draw and the one behind the last. */
  readonly first: number
  readonly end: number
  /** Where the first cell's row begins, and how high the whole grid is. */
  readonly top: number
  readonly height: number
}

interface Grid {
  readonly total: number
  readonly cellWidth: number
  readonly cellHeight: number
  readonly viewWidth: number
  readonly viewHeight: number
  readonly scrollTop: number
  /** Rows drawn above and below what is in view. */
  readonly spare?: number
}

export function windowOf(grid: Grid): Window {
  const { total, cellWidth, cellHeight, viewWidth, viewHeight, scrollTop, spare = 3 } = grid
  const columns = Math.max(1, Math.floor(viewWidth / cellWidth))
  const rows = Math.ceil(total / columns)
  const firstRow = Math.max(0, Math.min(rows - 1, Math.floor(scrollTop / cellHeight) - spare))
  const endRow = Math.min(rows, Math.ceil((scrollTop + viewHeight) / cellHeight) + spare)
  return {
    columns,
    first: Math.min(total, firstRow * columns),
    end: Math.min(total, endRow * columns),
    top: firstRow * cellHeight,
    height: rows * cellHeight,
  }
}

/** Where an arrow key leads from a cell; null for other keys. */
export function stepInGrid(key: string, from: number, columns: number, rowsInView: number): number | null {
  switch (key) {
    case 'ArrowLeft':
      return from - 1
    case 'ArrowRight':
      return from + 1
    case 'ArrowUp':
      return from - columns
    case 'ArrowDown':
      return from + columns
    case 'PageUp':
      return from - columns * rowsInView
    case 'PageDown':
      return from + columns * rowsInView
    case 'Home':
      return 0
    case 'End':
      return Number.MAX_SAFE_INTEGER
    default:
      return null
  }
}
