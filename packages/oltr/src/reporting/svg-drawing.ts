// The parts that charts in SVG are made of: the frame with its scales, axes, legend, text. Colours are those of Okabe and Ito,
// which readers with any colour vision tell apart; lines differ in their dashes too. All text is escaped.
import { ConfigError } from '../errors.ts'

export const CHART_COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#000000',
] as const
/** One dash pattern per colour. */
export const DASHES = ['', '7 3', '2 3', '9 3 2 3', '4 4', '12 4', '1 4']
const MARGIN = { left: 62, right: 26, top: 62, bottom: 48 }
export const INK = '#333333'
export const QUIET = '#767676'
const GRID = '#e4e4e4'

/** How a line is drawn where its colour's own dash is not meant. */
export interface Pen {
  readonly colour: string
  readonly dash?: string
  readonly width?: number
}

/** Round numbers that divide [low, high] into about `count` parts. */
export function ticks(low: number, high: number, count = 6): number[] {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((s) => s >= rough * 0.999) ?? 10 * power
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  )
}

/** Makes text safe inside XML: markup becomes character references, control characters a replacement mark. */
export function escapeXml(value: string): string {
  return value
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** The plotting area of a chart and the way from values to pixels. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly title: string
  readonly yLabel: string
  readonly area: {
    readonly left: number
    readonly right: number
    readonly top: number
    readonly bottom: number
  }
  readonly xDomain: readonly [number, number]
  readonly yDomain: readonly [number, number]
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

export interface FrameOptions {
  readonly title: string
  readonly yLabel: string
  readonly width?: number
  readonly height?: number
  /** Pixels kept free on the right, beside the margin. */
  readonly room?: number
}

/** Lays out a chart. Throws ConfigError when it is too small for its margins. */
export function openFrame(
  options: FrameOptions,
  xDomain: readonly [number, number],
  yDomain: readonly [number, number],
): Frame {
  const { title, yLabel, width = 720, height = 400, room = 0 } = options
  if (!(width >= 200 && height >= 150))
    throw new ConfigError('chart size', [width, height], 'expected at least 200 x 150 pixels')
  const area = {
    left: MARGIN.left,
    right: width - MARGIN.right - room,
    top: MARGIN.top,
    bottom: height - MARGIN.bottom,
  }
  const scale = ([low, high]: readonly [number, number], from: number, to: number) => {
    return (value: number) => from + ((value - low) / (high - low || 1)) * (to - from)
  }
  return {
    width,
    height,
    title,
    yLabel,
    area,
    xDomain,
    yDomain,
    x: scale(xDomain, area.left, area.right),
    y: scale(yDomain, area.bottom, area.top),
  }
}

/** The whole drawing: background, title, the parts, the base line and the name of the y axis. */
export function closeFrame(frame: Frame, parts: readonly string[]): string {
  const { width, height, area, title, yLabel } = frame
  const middle = (area.top + area.bottom) / 2
  const base = frame.y(Math.min(Math.max(0, frame.yDomain[0]), frame.yDomain[1]))
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    drawText(area.left, 24, title, { size: 16, bold: true }),
    ...parts,
    `<path d="M${area.left} ${n(base)}H${area.right}" stroke="${INK}"/>`,
    `<g transform="rotate(-90 16 ${n(middle)})">${drawText(16, middle, yLabel, { anchor: 'middle' })}</g>`,
    '</svg>',
  ].join('\n')}\n`
}

/** Tick numbers and grid lines of the y axis. */
export function yAxis({ yDomain, y, area }: Frame, format?: (value: number) => string): string {
  return ticks(...yDomain)
    .map((value) => {
      const at = y(value)
      return `<path d="M${area.left} ${n(at)}H${area.right}" stroke="${GRID}"/>${drawText(area.left - 8, at + 4, (format ?? String)(value), { anchor: 'end', size: 11 })}`
    })
    .join('\n')
}

/** Tick numbers of the x axis, at round numbers unless told where. */
export function xAxis(
  { xDomain, x, area }: Frame,
  format?: (value: number) => string,
  at: readonly number[] = ticks(...xDomain, 8),
): string {
  return at
    .map((value) =>
      drawText(x(value), area.bottom + 18, (format ?? String)(value), { anchor: 'middle', size: 11 }),
    )
    .join('\n')
}

/** One line of a legend. */
export interface LegendEntry {
  readonly name: string
  readonly colour: number
  readonly swatch: 'box' | 'line'
  readonly pen?: Pen
}

/** What each colour and dash stands for, in one row under the title. */
export function legend(entries: readonly LegendEntry[]): string {
  let left = MARGIN.left
  return entries
    .map((entry) => {
      const start = left + (entry.swatch === 'box' ? 20 : 30)
      const drawn = swatch(entry, left, 41) + drawText(start, 45, entry.name, { size: 12 })
      left = start + textWidth(entry.name) + 22
      return drawn
    })
    .join('\n')
}

/** The same in a column on the right, for more names than a row holds. Long names are cut; the whole shows under the mouse. */
export function sideLegend(entries: readonly LegendEntry[], { area }: Frame): string {
  return entries
    .map((entry, i) => {
      const [left, middle] = [area.right + 18, area.top + 10 + 20 * i]
      const text = drawText(left + 30, middle + 4, shortened(entry.name), { size: 12 })
      return `<g><title>${escapeXml(entry.name)}</title>${swatch(entry, left, middle)}${text}</g>`
    })
    .join('\n')
}

/** Pixels that a column of these names needs beside the plotting area. */
export function sideLegendRoom(entries: readonly Pick<LegendEntry, 'name'>[]): number {
  return 30 + Math.max(0, ...entries.map(({ name }) => textWidth(shortened(name))))
}

function swatch({ colour, swatch, pen }: LegendEntry, left: number, middle: number): string {
  const line = penOf(colour, pen)
  if (swatch === 'box')
    return `<rect x="${n(left)}" y="${n(middle - 5)}" width="14" height="10" fill="${line.colour}"/>`
  const dash = line.dash ? ` stroke-dasharray="${line.dash}"` : ''
  return `<path d="M${n(left)} ${n(middle)}h24" stroke="${line.colour}" stroke-width="${line.width}"${dash}/>`
}

const LONGEST_NAME = 26

function shortened(name: string): string {
  const characters = [...name]
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : name
}

/** An estimate: SVG text has no width before it is drawn. */
function textWidth(name: string): number {
  return [...name].length * 6.6
}

interface TextStyle {
  readonly anchor?: 'middle' | 'end'
  readonly size?: number
  readonly colour?: string
  readonly bold?: boolean
}

/** One text element. */
export function drawText(
  x: number,
  y: number,
  value: string,
  { anchor, size = 12, colour = INK, bold }: TextStyle = {},
): string {
  return `<text x="${n(x)}" y="${n(y)}" font-size="${size}" fill="${colour}"${anchor ? ` text-anchor="${anchor}"` : ''}${bold ? ' font-weight="bold"' : ''}>${escapeXml(value)}</text>`
}

/** The colour of a series; colours repeat after the seventh. */
export function colourOf(index: number): string {
  return CHART_COLOURS[index % CHART_COLOURS.length]
}

/** The line of a series: the pen it was given, or that of its colour. */
export function penOf(index: number, pen?: Pen): Required<Pen> {
  if (pen) return { colour: pen.colour, dash: pen.dash ?? '', width: pen.width ?? 2 }
  return { colour: colourOf(index), dash: DASHES[index % DASHES.length], width: 2 }
}

/** A coordinate with a tenth of a pixel. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10)
}
