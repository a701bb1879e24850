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
}

/** Lays out a chart. Throws ConfigError when it is too small for its margins. */
export function openFrame(
  options: FrameOptions,
  xDomain: readonly [number, number],
  yDomain: readonly [number, number],
): Frame {
  const { title, yLabel, width = 720, height = 400 } = options
  if (!(width >= 200 && height >= 150))
    throw new ConfigError('chart size', [width, height], 'expected at least 200 x 150 pixels')
  const area = {
    left: MARGIN.left,
    right: width - MARGIN.right,
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

/** Tick numbers of the x axis. */
export function xAxis({ xDomain, x, area }: Frame, format?: (value: number) => string): string {
  return ticks(...xDomain, 8)
    .map((value) =>
      drawText(x(value), area.bottom + 18, (format ?? String)(value), { anchor: 'middle', size: 11 }),
    )
    .join('\n')
}

/** What each colour and dash stands for, in one row under the title. */
export function legend(entries: readonly { name: string; colour: number; swatch: 'box' | 'line' }[]): string {
  let left = MARGIN.left
  return entries
    .map(({ name, colour, swatch }) => {
      const dash = DASHES[colour % DASHES.length]
      const mark =
        swatch === 'box'
          ? `<rect x="${n(left)}" y="36" width="14" height="10" fill="${colourOf(colour)}"/>`
          : `<path d="M${n(left)} 41h24" stroke="${colourOf(colour)}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`
      const start = left + (swatch === 'box' ? 20 : 30)
      left = start + [...name].length * 6.6 + 22 // an estimate: SVG text has no width before it is drawn
      return mark + drawText(start, 45, name, { size: 12 })
    })
    .join('\n')
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

/** A coordinate with a tenth of a pixel. */
export function n(value: number): string {
  return String(Math.round(value * 10) / 10)
}
