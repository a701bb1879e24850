// Answers in files. People fill in CSV: question, annotator, answer and, if they like, kind. What is collected goes to JSON
// lines, one answer each, appended as it comes; a kill while writing may leave half a line, which counts as not written. A last
// line that lacks but its line end is whole: JSON that was cut off never reads as an object.

import fs from 'node:fs'
import path from 'node:path'
import { csvRecords } from '../../datasets/csv-records.ts'
import { DataError } from '../../errors.ts'
import type { Answer } from './annotator.ts'

const KINDS = ['class', 'known', 'unsure', 'not-an-object', 'skip'] as const

/** Reads `.csv` as CSV and every other file as JSON lines. Throws DataError that names file and line. */
export function readAnswers(file: string): Answer[] {
  let text: string
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (cause) {
    const why = (cause as Error).message
    throw new DataError(file, `expected a file of answers, it cannot be read (${why}); check the path`, {
      cause,
    })
  }
  return path.extname(file).toLowerCase() === '.csv' ? fromCsv(text, file) : fromLines(text, file)
}

/** Appends answers as JSON lines and returns when they are on the disk. Half a line at the end is cut off first, a whole one ended. */
export function appendAnswers(file: string, answers: readonly Answer[]): void {
  const log = new AnswerLog(file)
  try {
    log.append(answers)
  } finally {
    log.close()
  }
}

/** A file of JSON lines that stays open. What was appended survives the end of this process at once, a power cut after `sync`. */
export class AnswerLog {
  readonly #file: string
  readonly #descriptor: number

  constructor(file: string) {
    this.#file = file
    this.#descriptor = this.#attempt(() => {
      fs.mkdirSync(path.dirname(file), { recursive: true })
      endLastLine(file)
      return fs.openSync(file, 'a')
    })
  }

  append(answers: readonly Answer[]): void {
    if (answers.length === 0) return
    const bytes = Buffer.from(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''))
    this.#attempt(() => {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#descriptor, bytes, at)
    })
  }

  sync(): void {
    this.#attempt(() => fs.fsyncSync(this.#descriptor))
  }

  /** Syncs and closes. */
  close(): void {
    try {
      this.sync()
    } finally {
      fs.closeSync(this.#descriptor)
    }
  }

  #attempt<T>(action: () => T): T {
    try {
      return action()
    } catch (cause) {
      const why = (cause as Error).message
      throw new DataError(this.#file, `answers cannot be written (${why}); check space and permissions`, {
        cause,
      })
    }
  }
}

function endLastLine(file: string): void {
  if (!fs.existsSync(file)) return
  const bytes = fs.readFileSync(file)
  const start = bytes.lastIndexOf(0x0a) + 1
  if (start === bytes.length) return
  if (isTorn(bytes.toString('utf8', start))) fs.truncateSync(file, start)
  else fs.appendFileSync(file, '\n')
}

function isTorn(line: string): boolean {
  try {
    JSON.parse(line)
    return false
  } catch {
    return true
  }
}

function fromLines(text: string, file: string): Answer[] {
  const lines = text.split('\n')
  if (isTorn(lines[lines.length - 1])) lines.pop()
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    let value: Record<string, unknown> | null = null
    try {
      value = JSON.parse(line)
    } catch {
      // told below, as what it is not
    }
    return [answerFrom(value ?? {}, `line ${i + 1}`, file)]
  })
}

type Row = Record<'question' | 'annotator' | 'answer' | 'kind', string>

function fromCsv(text: string, file: string): Answer[] {
  const [header, ...rows] = csvRecords(text, file)
  const columns = header?.fields.map((name) => name.trim().toLowerCase()) ?? []
  if (!['question', 'annotator', 'answer'].every((name) => columns.includes(name))) {
    throw new DataError(
      file,
      `line ${header?.line ?? 1}: expected a header with question, annotator and answer, got "${columns.join(',')}"; add it`,
    )
  }
  return rows.flatMap(({ fields, line }) => {
    if (fields.length !== columns.length) {
      throw new DataError(
        file,
        `line ${line}: expected ${columns.length} fields, got ${fields.length}; put names with commas in quotes`,
      )
    }
    const row = { kind: '', ...Object.fromEntries(columns.map((name, i) => [name, fields[i].trim()])) } as Row
    if (row.answer === '' && row.kind === '') return []
    const value = {
      kind: row.kind.toLowerCase() || 'class',
      name: row.answer,
      question: row.question,
      annotator: row.annotator,
    }
    const answer = answerFrom(value, `line ${line}`, file)
    if (answer.kind !== 'class' && row.answer !== '') {
      throw new DataError(
        file,
        `line ${line}: expected no class beside the kind ${answer.kind}, got ${shown(row.answer)}; remove one of the two`,
      )
    }
    return [answer]
  })
}

function answerFrom(value: Record<string, unknown>, where: string, file: string): Answer {
  const { kind, name, question, annotator } = value
  for (const [key, entry] of Object.entries({ question, annotator }))
    if (typeof entry !== 'string' || entry === '')
      throw new DataError(
        file,
        `${where}: expected the ${key}, got ${shown(entry)}; fill it in or remove the line`,
      )
  const said = KINDS.find((allowed) => allowed === kind)
  if (said === undefined) {
    throw new DataError(
      file,
      `${where}: expected a kind of ${KINDS.join(', ')}, got ${shown(kind)}; correct the line`,
    )
  }
  const who = { question: question as string, annotator: annotator as string }
  if (said !== 'class') return { kind: said, ...who }
  if (typeof name === 'string') return { kind: said, name, ...who }
  throw new DataError(file, `${where}: expected the name of a class, got ${shown(name)}; correct the line`)
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
