// What Linux says of the processor, in /proc/cpuinfo. It loads no library, so it may be asked before one is loaded.

import { readFileSync } from 'node:fs'

export interface Processor {
  /** `GenuineIntel`, `AuthenticAMD`, ...; empty where Linux does not tell. */
  readonly vendor: string
  /** Its instruction sets by Linux's names: `avx2`, `avx512_bf16`, ... */
  readonly flags: ReadonlySet<string>
}

/** @param cpuInfo the text of /proc/cpuinfo; where there is none, a processor of which nothing is known */
export function describeProcessor(cpuInfo = readCpuInfo()): Processor {
  const line = (name: string): string =>
    new RegExp(`^${name}\\s*:(.*)$`, 'm').exec(cpuInfo)?.[1]?.trim() ?? ''
  return {
    vendor: line('vendor_id'),
    flags: new Set(
      line('flags')
        .split(/\s+/)
        .filter((flag) => flag !== ''),
    ),
  }
}

function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8')
  } catch {
    return ''
  }
}
