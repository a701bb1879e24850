// Charts as SVG text, without a library or a browser: lines, stepped areas, points and grouped bars over labelled axes.
// Names may hold anything; values that are missing leave a gap.
import {
  closeFrame,
  colourOf,
  drawText,
  type Frame,
  INK,
  legend,
  n,
  openFrame,
  type Pen,
  penOf,
  QUIET,
  sideLegend,
  sideLegendRoom,
  xAxis,
  yAxis,
} from './svg-drawing.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Series {
  readonly name: string
  readonly points: readonly Point[]
  /** 'steps' fills the area under a histogram whose point i reaches from its x to the next point's. Default 'line'. */
  readonly kind?: 'line' | 'steps' | 'points'
  /** Index into the colours; by default the place among the series. A faint companion shares its leader's. */
  readonly colour?: number
  readonly faint?: boolean
  /** Instead of the colour's own line. */
  readonly pen?: Pen
  /** Bars from low to high over an x, such as the spread over repetitions. */
  readonly spread?: readonly Spread[]
  /** Pixels to the right, so that bars over the same x stand beside each other. */
  readonly shift?: number
}

/** What a value at x may have been instead. */
export interface Spread {
  readonly x: number
  readonly low: number
  readonly high: number
}

/** A stretch of the x axis with a name of its own, such as the many-shot classes. */
export interface Band {
  readonly from: number
  readonly to: number
  readonly label: string
}

/** A vertical line, such as a threshold. */
export interface Marker {
  readonly x: number
  readonly label: string
}

export interface ChartOptions {
  readonly title: string
  /** What must be known to read the chart, in one line under the title. It takes the legend's place: the legend goes right. */
  readonly subtitle?: string
  readonly xLabel: string
  readonly yLabel: string
  readonly width?: number
  readonly height?: number
  /** By default what the points span; y starts at 0 when nothing is negative. */
  readonly xDomain?: readonly [number, number]
  readonly yDomain?: readonly [number, number]
  readonly bands?: readonly Band[]
  readonly markers?: readonly Marker[]
  /** How an axis number is written; by default as few digits as its ticks need. */
  readonly xFormat?: (value: number) => string
  readonly yFormat?: (value: number) => string
  /** Where the numbers of the x axis stand, instead of at round ones. */
  readonly xTicks?: readonly number[]
}

export interface BarChartOptions
  extends Pick<ChartOptions, 'title' | 'yLabel' | 'width' | 'height' | 'yDomain'> {
  /** Names of the bars inside each group, in order. */
  readonly series: readonly string[]
  /** One value per series; null draws no bar but a dash. */
  readonly groups: readonly { readonly label: string; readonly values: readonly (number | null)[] }[]
  readonly yFormat?: (value: number) => string
}

/** A chart over two numeric axes. Points that are not finite are left out and break the line. */
export function lineChart(series: readonly Series[], options: ChartOptions): string {
  const finite = series.flatMap((s) => s.points.filter(isFinitePoint))
  const named = series.map((s, place) => ({ ...s, colour: s.colour ?? place })).filter((s) => s.name !== '')
  const beside = options.subtitle !== undefined
  const frame = openFrame(
    { ...options, room: beside ? sideLegendRoom(named) : 0 },
    options.xDomain ?? span(finite.map((p) => p.x)),
    options.yDomain ?? fromZero(span(finite.map((p) => p.y))),
  )
  const { x, area } = frame
  const parts: string[] = []
  options.bands?.forEach((band, i) => {
    const [left, right] = [x(band.from), x(band.to)]
    const fill = i % 2 === 0 ? '#f3f3f3' : '#ffffff'
    parts.push(
      `<rect x="${n(left)}" y="${area.top}" width="${n(right - left)}" height="${n(area.bottom - area.top)}" fill="${fill}"/>`,
    )
    parts.push(
      drawText((left + right) / 2, area.top + 14, band.label, { anchor: 'middle', colour: QUIET, size: 11 }),
    )
  })
  parts.push(yAxis(frame, options.yFormat), xAxis(frame, options.xFormat, options.xTicks))
  series.forEach((entry, place) => {
    parts.push(drawSeries(entry, entry.colour ?? place, frame))
  })
  for (const marker of options.markers ?? []) {
    const at = n(x(marker.x))
    parts.push(
      `<path d="M${at} ${area.top}V${n(area.bottom)}" stroke="${INK}" stroke-dasharray="3 3" fill="none"/>`,
    )
    parts.push(drawText(x(marker.x) + 4, area.top + 12, marker.label, { size: 11 }))
  }
  const entries = named.map(({ name, colour, kind, pen }) => ({
    name,
    colour,
    pen,
    swatch: kind === 'steps' ? ('box' as const) : ('line' as const),
  }))
  parts.push(beside ? sideLegend(entries, frame) : legend(entries))
  if (options.subtitle) parts.push(drawText(area.left, 45, options.subtitle, { size: 12, colour: QUIET }))
  parts.push(drawText((area.left + area.right) / 2, frame.height - 10, options.xLabel, { anchor: 'middle' }))
  return closeFrame(frame, parts)
}

/** Groups of bars side by side, each with its value on top. */
export function barChart(options: BarChartOptions): string {
  const values = options.groups.flatMap(
    (group) => group.values.filter((v) => v !== null && Number.isFinite(v)) as number[],
  )
  const frame = openFrame(options, [0, options.groups.length], options.yDomain ?? fromZero(span(values)))
  const { x, y, area } = frame
  const format = options.yFormat ?? String
  const parts = [yAxis(frame, options.yFormat)]
  const room = 0.8 / Math.max(1, options.series.length)
  options.groups.forEach((group, g) => {
    options.series.forEach((_, s) => {
      const value = group.values[s] ?? null
      const left = x(g + 0.1 + s * room)
      const width = x(g + 0.1 + (s + 1) * room) - left - 2
      const top = y(value ?? 0)
      if (value !== null)
        parts.push(
          `<rect x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(Math.max(0, y(0) - top))}" fill="${colourOf(s)}"/>`,
        )
      const label = value === null ? '-' : format(value)
      parts.push(drawText(left + width / 2, top - 4, label, { anchor: 'middle', size: 11 }))
    })
    parts.push(drawText(x(g + 0.5), area.bottom + 18, group.label, { anchor: 'middle' }))
  })
  parts.push(legend(options.series.map((name, colour) => ({ name, colour, swatch: 'box' }))))
  return closeFrame(frame, parts)
}

function drawSeries(series: Series, colour: number, frame: Frame): string {
  const { y, area } = frame
  const x = (value: number) => frame.x(value) + (series.shift ?? 0)
  const { colour: stroke, dash, width } = penOf(colour, series.pen)
  const bars = (series.spread ?? [])
    .map(({ x: at, low, high }) => `M${n(x(at))} ${n(y(low))}V${n(y(high))}`)
    .join('')
  const spread = bars ? `<path d="${bars}" stroke="${stroke}" fill="none" opacity="0.6"/>` : ''
  const opacity = series.faint ? ' opacity="0.35"' : ''
  const points = series.points
  if (series.kind === 'points')
    return `<g fill="${stroke}"${opacity}>${points
      .filter(isFinitePoint)
      .map((p) => `<circle cx="${n(x(p.x))}" cy="${n(y(p.y))}" r="2.5"/>`)
      .join('')}</g>`
  if (series.kind === 'steps') {
    const path = points.map((p, i) => `V${n(y(p.y))}H${n(x(points[i + 1]?.x ?? p.x))}`).join('')
    const start = points.length > 0 ? n(x(points[0].x)) : '0'
    return `<path d="M${start} ${n(area.bottom)}${path}V${n(area.bottom)}Z" fill="${stroke}" fill-opacity="0.3" stroke="${stroke}"${opacity}/>`
  }
  let pen = 'M'
  let path = ''
  for (const point of points) {
    if (!isFinitePoint(point)) {
      pen = 'M'
      continue
    }
    path += `${pen}${n(x(point.x))} ${n(y(point.y))}`
    pen = 'L'
  }
  return `${spread}<path d="${path}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linejoin="round"${dash ? ` stroke-dasharray="${dash}"` : ''}${opacity}/>`
}

function isFinitePoint(point: Point): boolean {
  return Number.isFinite(point.x) && Number.isFinite(point.y)
}

function span(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return [0, 1]
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

/** Opens the domain a little at the top, and down to zero when nothing is below it. */
function fromZero([low, high]: [number, number]): [number, number] {
  const bottom = Math.min(0, low)
  return [bottom, high <= 0 ? high + 0.05 * (high - bottom || 1) : high * 1.05]
}
