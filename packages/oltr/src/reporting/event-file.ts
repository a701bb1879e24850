// TensorBoard event files (tfevents): scalars by tag and step. A file is a sequence of records (length as 64-bit little-endian,
// its masked CRC-32C, the data, its masked CRC-32C), each an `Event` message; the fields below are those of TensorFlow's
// event.proto and summary.proto that scalars need. Files are never reopened: a resumed run starts a new one, whose first
// event tells TensorBoard to forget everything after the step that the run went back to.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import protobuf from 'protobufjs'
import { DataError } from '../errors.ts'
import { maskedCrc32c } from './crc32c.ts'

/** The messages, as protobufjs reads them: field name, type, number on the wire. */
export const EVENT_SCHEMA = {
  nested: {
    Event: {
      oneofs: { what: { oneof: ['fileVersion', 'summary', 'sessionLog'] } },
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    Summary: { fields: { value: { rule: 'repeated', type: 'Value', id: 1 } } },
    Value: {
      // In a oneof, so that a zero is written and not left out as the default.
      oneofs: { value: { oneof: ['simpleValue'] } },
      fields: { tag: { type: 'string', id: 1 }, simpleValue: { type: 'float', id: 2 } },
    },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
  },
}

const SESSION_START = 1
const BUFFERED_BYTES = 64 * 1024

const Event = protobuf.Root.fromJSON(EVENT_SCHEMA).lookupType('Event')

export interface EventFileOptions {
  /** The run goes on after this step: TensorBoard drops later points of earlier files. */
  readonly resumeAfter?: number
  /** Seconds since 1970; for tests. */
  readonly now?: () => number
}

/** A writer of one event file. Records are buffered; `flush` hands them to the system, `close` too. */
export class EventFile {
  readonly file: string
  readonly #descriptor: number
  readonly #now: () => number
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #closed = false

  private constructor(file: string, descriptor: number, now: () => number) {
    this.file = file
    this.#descriptor = descriptor
    this.#now = now
  }

  /** Starts a new file in `directory`, which is made if it is not there. Throws DataError when it cannot be written. */
  static open(directory: string, options: EventFileOptions = {}): EventFile {
    const now = options.now ?? (() => Date.now() / 1000)
    // TensorBoard reads the files of a folder in the order of their names: whole seconds, then what tells two apart.
    const start = `events.out.tfevents.${String(Math.floor(now())).padStart(10, '0')}.${os.hostname()}.${process.pid}`
    try {
      fs.mkdirSync(directory, { recursive: true })
      for (let number = 0; ; number++) {
        const file = path.join(directory, `${start}.${number}`)
        if (fs.existsSync(file)) continue
        const events = new EventFile(file, fs.openSync(file, 'wx'), now)
        events.#write({ wallTime: now(), fileVersion: 'brain.Event:2' })
        if (options.resumeAfter !== undefined)
          events.#write({
            wallTime: now(),
            step: options.resumeAfter + 1,
            sessionLog: { status: SESSION_START },
          })
        return events
      }
    } catch (cause) {
      throw new DataError(
        directory,
        `cannot start an event file here (${(cause as Error).message}); choose another run folder`,
        { cause },
      )
    }
  }

  /** One point of the curve `tag`. NaN and infinities are kept: TensorBoard marks them. */
  scalar(tag: string, value: number, step: number): void {
    this.scalars({ [tag]: value }, step)
  }

  /** Several points of one step. */
  scalars(values: Readonly<Record<string, number>>, step: number): void {
    const value = Object.entries(values).map(([tag, simpleValue]) => ({ tag, simpleValue }))
    this.#write({ wallTime: this.#now(), step, summary: { value } })
  }

  /** Hands everything written so far to the operating system. Throws DataError when the disk refuses. */
  flush(): void {
    const bytes = Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
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

  /** Flushes and closes; closing twice does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    try {
      this.flush()
    } finally {
      fs.closeSync(this.#descriptor)
    }
  }

  #write(event: Record<string, unknown>): void {
    const data = Event.encode(Event.create(event)).finish()
    const header = Buffer.alloc(12)
    header.writeBigUInt64LE(BigInt(data.length))
    header.writeUInt32LE(maskedCrc32c(header.subarray(0, 8)), 8)
    const footer = Buffer.alloc(4)
    footer.writeUInt32LE(maskedCrc32c(data))
    this.#pending.push(header, data, footer)
    this.#pendingBytes += 16 + data.length
    if (this.#pendingBytes >= BUFFERED_BYTES) this.flush()
  }
}
