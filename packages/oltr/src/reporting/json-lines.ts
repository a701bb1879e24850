// The metrics of a run as JSON lines: one object per line with a `step`, appended as the run goes. A killed run may leave half
// a line at the end and lines of steps that it will do again; on resume those go, so that the file of a resumed run reads
// like that of one that was never disturbed.
import fs from 'node:fs'
import path from 'node:path'
import { writeFileAtomicSync } from '@oltr/torch/files'
import { DataError } from '../errors.ts'

export type MetricValue = number | string | boolean | null

/** What one line holds. NaN and infinities, which JSON lacks, are written as the strings "NaN", "Infinity", "-Infinity". */
export interface MetricsLine {
  readonly step: number
  readonly [name: string]: MetricValue
}

export interface MetricsLogOptions {
  /** Keep the lines of an existing file up to and with this step; without it the file must be new or empty. */
  readonly resumeAfter?: number
}

export class MetricsLog {
  readonly file: string
  readonly #descriptor: number
  #closed = false

  private constructor(file: string, descriptor: number) {
    this.file = file
    this.#descriptor = descriptor
  }

  /**
   * Opens a log for appending and makes its folder. Throws DataError when the file has lines and the run does not resume, when a
   * line other than the last is broken, and when it cannot be written.
   */
  static open(file: string, options: MetricsLogOptions = {}): MetricsLog {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
    if (options.resumeAfter === undefined) {
      if (text.length > 0)
        throw new DataError(
          file,
          'holds the metrics of an earlier run; resume that run or choose another run folder',
        )
    } else {
      const kept = linesUpTo(file, text, options.resumeAfter)
      if (kept !== text) writeFileAtomicSync(file, kept)
    }
    return new MetricsLog(file, fs.openSync(file, 'a'))
  }

  /** Appends one line, in one write. Throws DataError when the disk refuses. */
  append(line: MetricsLine): void {
    const bytes = Buffer.from(`${toJson(line)}\n`)
    try {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#descriptor, bytes, at)
    } catch (cause) {
      throw new DataError(
        this.file,
        `cannot be written (${(cause as Error).message}); free some space on the disk`,
        {
          cause,
        },
      )
    }
  }

  /** Returns when everything appended is on the disk; call it before a checkpoint that counts on these lines. */
  flush(): void {
    fs.fsyncSync(this.#descriptor)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    fs.closeSync(this.#descriptor)
  }
}

/** The lines of a log; an unfinished last line is left out. Throws DataError (with the line number) on any other bad line. */
export function readMetrics(file: string): MetricsLine[] {
  return parseLines(file, fs.readFileSync(file, 'utf8')).map(({ line }) => line)
}

/** One line of JSON, non-finite numbers as strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, entry) =>
    typeof entry === 'number' && !Number.isFinite(entry) ? String(entry) : entry,
  )
}

function linesUpTo(file: string, text: string, step: number): string {
  const kept = parseLines(file, text).filter(({ line }) => line.step <= step)
  return kept.map(({ source }) => `${source}\n`).join('')
}

function parseLines(file: string, text: string): { source: string; line: MetricsLine }[] {
  const sources = text.split('\n')
  sources.pop() // after the last line end: empty, or a line that was cut off while it was written
  return sources.map((source, i) => {
    try {
      const line = JSON.parse(source) as MetricsLine
      if (typeof line?.step === 'number') return { source, line }
    } catch {
      // told below, with the line
    }
    const shown = source.length > 60 ? `${source.slice(0, 60)}…` : source
    throw new DataError(
      `${file}:${i + 1}`,
      `expected a JSON object with a step, got ${JSON.stringify(shown)}; repair or remove this line`,
    )
  })
}
