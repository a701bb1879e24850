// `oltr doctor`: is this machine ready, and if not, what is to be done? The bridge is loaded in a process of its own, so
// that one that is missing, does not load or crashes is a line of the report and not the end of it.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { findLibtorch } from '@oltr/torch/libtorch'
import { Command } from 'commander'
import { bfloat16Instructions } from '../training/precision.ts'
import {
  type Bridge,
  type BridgeFailure,
  checkBlas,
  checkBridge,
  checkCuda,
  checkDisk,
  checkImages,
  checkMemory,
  checkNode,
  checkPrecision,
  checkThreads,
  type Finding,
  isFailure,
} from './doctor-checks.ts'

/** The `doctor` command: prints one line per finding; exit code 1 when one of them is a failure. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('check Node.js, libtorch, BLAS, threads, precision, CUDA, image libraries, disk and memory')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 when training can start (warnings included), 1 when something must be mended first.',
    )
    .action(async (_options, command: Command) => {
      const findings = await examine()
      const ready = findings.every((finding) => finding.state !== 'fail')
      if (command.optsWithGlobals().json) console.log(JSON.stringify({ ready, findings }, null, 2))
      else
        for (const line of report(findings, process.stdout.isTTY === true && !process.env.NO_COLOR))
          console.log(line)
      if (!ready) process.exitCode = 1
    })
}

/** All findings, in the order in which they build on each other. */
export async function examine(): Promise<Finding[]> {
  const bridge = loadBridge()
  const disk = await statfs(process.cwd())
  const findings = [
    checkNode(process.version),
    checkBridge(bridge, isFailure(bridge) ? availableLibtorch() : null),
  ]
  if (!isFailure(bridge))
    findings.push(
      checkBlas(bridge.loaded),
      checkThreads(availableParallelism(), process.env),
      checkPrecision(bfloat16Instructions(), bridge.mkldnn),
      checkCuda(bridge.cuda, existsSync('/proc/driver/nvidia/version')),
      checkImages(bridge.loaded),
    )
  const [available, total] = memory()
  findings.push(checkDisk(process.cwd(), disk.bavail * disk.bsize), checkMemory(available, total))
  return findings
}

/** Aligned lines; the remedy stands under what it mends. */
export function report(findings: readonly Finding[], colour: boolean): string[] {
  const paint = { ok: '32', warn: '33', fail: '31' }
  const width = Math.max(...findings.map(({ name }) => name.length))
  return findings.flatMap(({ name, state, detail, remedy }) => {
    const mark = colour ? `\x1b[${paint[state]}m${state.padEnd(4)}\x1b[0m` : state.padEnd(4)
    const lines = [`${mark}  ${name.padEnd(width)}  ${detail}`]
    if (remedy) lines.push(`${' '.repeat(width + 8)}-> ${remedy}`)
    return lines
  })
}

function loadBridge(): Bridge | BridgeFailure {
  const program = `
    const { libraryInfo } = await import(${JSON.stringify(import.meta.resolve('@oltr/torch'))})
    const { readFileSync, existsSync } = await import('node:fs')
    const maps = existsSync('/proc/self/maps') ? readFileSync('/proc/self/maps', 'utf8') : ''
    const loaded = [...new Set(maps.match(/\\/\\S+\\.so[\\w.]*/g) ?? [])]
    process.stdout.write('\\n' + JSON.stringify({ ...libraryInfo(), loaded }))`
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 120_000,
  })
  if (child.error) return { reason: child.error.message }
  if (child.status === 0) return JSON.parse(child.stdout.slice(child.stdout.lastIndexOf('\n'))) as Bridge
  const message = /^(?:\w+ )*(?:\[?\w*Error\]?[^:]*): (.*)$/m.exec(child.stderr)?.[1]
  return { reason: message ?? (child.signal ? `its process ended by ${child.signal}` : child.stderr.trim()) }
}

function availableLibtorch(): string | null {
  try {
    const { found } = findLibtorch()
    return found && `libtorch ${found.version} in ${found.prefix}`
  } catch {
    // A LIBTORCH that does not serve: the set-up, which is the remedy, says so in full.
    return null
  }
}

/** Available and total bytes, within the limit of a container where there is one. */
function memory(): [number, number] {
  const line =
    existsSync('/proc/meminfo') && /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))
  const available = line ? Number(line[1]) * 1024 : freemem()
  const limit = process.constrainedMemory()
  if (!limit || limit >= totalmem()) return [available, totalmem()]
  return [Math.min(available, process.availableMemory()), limit]
}
