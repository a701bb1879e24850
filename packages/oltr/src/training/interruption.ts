// SIGINT and SIGTERM ask a run to stop: it finishes its step, writes a checkpoint and leaves. A second signal leaves
// at once; the last checkpoint is there either way.

import { setImmediate } from 'node:timers/promises'

const EXIT_CODE = { SIGINT: 130, SIGTERM: 143 } as const
type StopSignal = keyof typeof EXIT_CODE

/** Thrown after the checkpoint was written; the command exits with `exitCode`. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}; the same command continues exactly here`)
    this.exitCode = EXIT_CODE[signal]
  }
}

export interface StopRequest {
  /** The signal that came, if one has. */
  readonly signal: StopSignal | null
  /** Gives the signals back to Node. */
  release(): void
}

/** For work that signals may simply end. */
export const NEVER_STOPPED: StopRequest = { signal: null, release() {} }

/** Lets the event loop turn once, which is when signals are heard. Throws Interrupted where one has come. */
export async function heed(stop: StopRequest): Promise<void> {
  await setImmediate()
  if (stop.signal) throw new Interrupted(stop.signal)
}

/** The same items; a signal is heard after each of them, before the next is given out. */
export async function* heeding<T>(items: AsyncIterable<T>, stop: StopRequest): AsyncGenerator<T, void> {
  for await (const item of items) {
    yield item
    await heed(stop)
  }
}

/** Listens for the two signals until released. */
export function listenForStop(): StopRequest {
  let received: StopSignal | null = null
  const listener = (signal: NodeJS.Signals): void => {
    const stop = signal as StopSignal
    if (received) process.exit(EXIT_CODE[stop])
    received = stop
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return {
    get signal() {
      return received
    },
    release() {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    },
  }
}
