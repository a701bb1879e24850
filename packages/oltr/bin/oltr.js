#!/usr/bin/env node
// The `oltr` command. Written in JavaScript that old versions of Node understand, too: where the running one is older than
// 24, the program starts again under the Node 24 that the set-up put into .node/, looked for from here upwards.

import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function newerNode(from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const packages = join(folder, '.node', 'node_modules')
    if (existsSync(packages)) {
      for (const name of readdirSync(packages)) {
        const candidate = join(packages, name, 'bin', 'node')
        if (name.startsWith('node-') && existsSync(candidate)) return candidate
      }
    }
    if (dirname(folder) === folder) return null
  }
}

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import('../src/cli/main.ts')
} else {
  const node = newerNode(dirname(fileURLToPath(import.meta.url)))
  if (node === null) {
    console.error(
      `oltr needs Node.js 24 or newer, this is ${process.version}: run "npm run setup" in its folder, or install one`,
    )
    process.exitCode = 1
  } else {
    const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
    // A terminal sends its interrupt key to both processes; every other signal, and SIGINT elsewhere, is passed on, so that
    // the program saves its work and leaves. This process then leaves as the program did.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
      process.on(signal, () => {
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
      })
    }
    child.on('error', (error) => {
      console.error(`oltr could not start ${node}: ${error.message}`)
      process.exitCode = 1
    })
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? 128 + constants.signals[signal]
    })
  }
}
