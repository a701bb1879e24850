// The memory of this process as Linux counts it. (`process.resourceUsage().maxRSS` may be that of the parent process.)

import { readFileSync } from 'node:fs'

export interface ProcessMemory {
  /** Bytes in memory now. */
  readonly resident: number
  /** The most there ever were. */
  readonly peak: number
}

export function processMemory(): ProcessMemory {
  const status = readFileSync('/proc/self/status', 'utf8')
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(status)![1]) * 1024
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM') }
}
