// One record a line as JSON: what programs read most easily, and what is streamed both ways.

import { type AnnotationRecord, checkRecord } from './annotation-record.ts'
import { FormatError } from './format-error.ts'
import { DEEPEST, isTooDeep } from './json-depth.ts'
import { type Chunks, inLargePieces, linesOf } from './text-chunks.ts'

export function writeJsonl(records: AsyncIterable<AnnotationRecord>): AsyncIterable<string> {
  return inLargePieces(jsonLines(records))
}

async function* jsonLines(records: AsyncIterable<AnnotationRecord>): AsyncIterable<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`
}

/** Empty lines are passed over. Throws FormatError with the line of what is wrong. */
export async function* readJsonl(chunks: Chunks): AsyncIterable<AnnotationRecord> {
  for await (const { line, number } of linesOf(chunks)) {
    if (line.trim() === '') continue
    if (isTooDeep(line))
      throw new FormatError(`line ${number}`, `expected JSON nested at most ${DEEPEST} deep; remove the line`)
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch (cause) {
      const why = (cause as Error).message
      throw new FormatError(
        `line ${number}`,
        `expected one JSON object (${why}); complete or remove the line`,
        {
          cause,
        },
      )
    }
    yield checkRecord(value, `line ${number}`)
  }
}
