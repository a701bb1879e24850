// The progress line: what is done, how fast, how long yet. On a terminal one line that redraws itself; in a log a plain line
// every few seconds; with `json` one JSON object per line, for programs. NO_COLOR (no-color.org) and TERM=dumb are honoured.

export interface ProgressOptions {
  readonly label: string
  /** How many units in all; 0 where that is not known. */
  readonly total: number
  /** Units done before, by a run that is continued; default 0. They count for the bar, not for the rate. */
  readonly done?: number
  /** What is counted, in the plural: 'images', 'steps'. */
  readonly unit?: string
  readonly json?: boolean
  /** Where to write; standard error by default, so that results on standard output stay clean. */
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  /** Milliseconds; for tests. */
  readonly now?: () => number
  readonly env?: Readonly<Record<string, string | undefined>>
}

export interface Progress {
  /** Reports `done` units in all, and values to show beside them, such as the loss. */
  update(done: number, extra?: Readonly<Record<string, number | string>>): void
  /** Writes the last state, with a message if given, and ends the line. */
  done(message?: string): void
}

type Style = 'bar' | 'plain' | 'json'

/** Least milliseconds between two writes. */
const INTERVALS: Record<Style, number> = { bar: 100, plain: 5000, json: 1000 }
/** The rate is that of the last so many milliseconds: long enough to be calm, short enough to follow a change. */
const RATE_WINDOW = 15_000
const BAR_WIDTH = 20

export function createProgress(options: ProgressOptions): Progress {
  const { label, total, unit = 'steps', json = false } = options
  const stream = options.stream ?? process.stderr
  const now = options.now ?? (() => performance.now())
  const env = options.env ?? process.env
  const style: Style = json ? 'json' : stream.isTTY && env.TERM !== 'dumb' ? 'bar' : 'plain'
  const colour = style === 'bar' && !env.NO_COLOR

  const started = now()
  const before = options.done ?? 0
  let history: { at: number; done: number }[] = [{ at: started, done: before }]
  let extra: Readonly<Record<string, number | string>> = {}
  let lastWrite = Number.NEGATIVE_INFINITY
  let lastDone = before
  let widest = 0
  let ended = false

  const rate = () => {
    const first = history[0]
    const last = history[history.length - 1]
    return last.at > first.at ? (1000 * (last.done - first.done)) / (last.at - first.at) : 0
  }

  const describe = (message?: string): string => {
    const perSecond = rate()
    const share = total > 0 ? Math.min(1, lastDone / total) : null
    const left = total > 0 && perSecond > 0 ? Math.max(0, total - lastDone) / perSecond : null
    const seconds = (now() - started) / 1000
    if (style === 'json') {
      const event = message === undefined ? 'progress' : 'done'
      const state = { label, done: lastDone, total, unit, perSecond, secondsLeft: left, seconds }
      return JSON.stringify({ event, ...state, ...extra, ...(message ? { message } : {}) })
    }
    const parts = [total > 0 ? `${lastDone}/${total} ${unit}` : `${lastDone} ${unit}`]
    if (perSecond > 0) parts.push(`${brief(perSecond)} ${unit}/s`)
    if (message !== undefined) parts.push(`in ${duration(seconds)}`)
    else if (left !== null) parts.push(`${duration(left)} left`)
    for (const [name, value] of Object.entries(extra))
      parts.push(`${name} ${typeof value === 'number' ? brief(value) : value}`)
    if (message) parts.push(message)
    const percent = share === null ? '' : ` ${String(Math.floor(share * 100)).padStart(3)}%`
    const bar = style === 'bar' && share !== null ? ` ${drawBar(share)}` : ''
    return `${label}${bar}${percent}  ${parts.join('  ')}`
  }

  const write = (message?: string) => {
    const text = describe(message)
    if (style !== 'bar') {
      stream.write(`${text}\n`)
      return
    }
    // One column stays free: a full line would wrap and could not be redrawn.
    const visible = [...text].slice(0, Math.max(10, (stream.columns ?? 80) - 1)).join('')
    const blank = ' '.repeat(Math.max(0, widest - [...visible].length))
    widest = [...visible].length
    stream.write(`\r${colour ? visible.replace(/█+/, '\u001b[36m$&\u001b[39m') : visible}${blank}`)
  }

  return {
    update(done, values) {
      if (ended) return
      if (values) extra = values
      const at = now()
      if (done < lastDone) history = [] // counting began anew
      lastDone = done
      history.push({ at, done })
      while (history.length > 2 && at - history[0].at > RATE_WINDOW) history.shift()
      if (at - lastWrite < INTERVALS[style]) return
      lastWrite = at
      write()
    },
    done(message = '') {
      if (ended) return
      ended = true
      history = [
        { at: started, done: before },
        { at: now(), done: lastDone },
      ]
      write(message)
      if (style === 'bar') stream.write('\n')
    },
  }
}

/** Three significant digits, without an exponent where a person would not use one: 1234, 12.3, 0.00123. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Math.abs(value) >= 1e7 || (value !== 0 && Math.abs(value) < 1e-4)) return value.toExponential(2)
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

/** Seconds as 5s, 1:05 or 1:02:05. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}s`
  const pad = (n: number) => String(n).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${pad(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(whole % 60)}`
}

function drawBar(share: number): string {
  const full = Math.floor(share * BAR_WIDTH)
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full)
}
