// The course of a run: JSON lines for programs and people, event files for TensorBoard. Steps count through both stages.

import { EventFile } from '../reporting/event-file.ts'
import { MetricsLog } from '../reporting/json-lines.ts'
import type { RunFolder, StageName } from './run-folder.ts'

export interface LogEntry {
  readonly stage: StageName
  readonly epoch: number
  readonly [name: string]: number | string
}

export class RunLog {
  readonly #lines: MetricsLog
  readonly #events: EventFile

  /** Opens both; what they hold of steps after `resumeAfter` is dropped, since those steps will be done again. */
  constructor(folder: RunFolder, resumeAfter: number) {
    this.#lines = MetricsLog.open(folder.metrics, { resumeAfter })
    this.#events = EventFile.open(folder.events, { resumeAfter })
  }

  write(step: number, entry: LogEntry): void {
    this.#lines.append({ step, ...entry })
    const scalars: Record<string, number> = {}
    for (const [name, value] of Object.entries(entry)) {
      if (typeof value === 'number') scalars[`${entry.stage}/${name}`] = value
    }
    this.#events.scalars(scalars, step)
    this.#events.flush()
  }

  /** Returns when every line is on the disk: a checkpoint counts on the lines before it. */
  flush(): void {
    this.#lines.flush()
  }

  close(): void {
    try {
      this.#lines.close()
    } finally {
      this.#events.close()
    }
  }
}
