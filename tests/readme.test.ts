// The documents say what is there: every command that they show exists, with its options, and every relative link leads
// to a file.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { test } from 'node:test'
import { files, read, root } from './repository.ts'

const documents = files.filter((file) => file.endsWith('.md') && !/\.generated\.md$/.test(file))
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** Lines inside fenced blocks, and inline code, without the prompt and comments of a shell. */
function commands(document: string): string[] {
  const text = read(document)
  const blocks = [...text.matchAll(/^```(?:sh|bash|console)?\n([\s\S]*?)^```/gm)].map((match) => match[1]!)
  const inline = [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    (match) => match[1]!,
  )
  return [...blocks.flatMap((block) => block.replace(/\\\n\s*/g, ' ').split('\n')), ...inline]
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, '')
        .replace(/^\$ /, '')
        .trim(),
    )
    .filter((line) => line !== '')
}

const shown = documents.flatMap((document) => commands(document).map((command) => ({ document, command })))

test('every npm script that a document shows exists', () => {
  const wrong = shown.flatMap(({ document, command }) =>
    [...command.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)]
      .map((match) => match[1] ?? match[2]!)
      .filter((script) => !(script in scripts))
      .map((script) => `${document}: npm run ${script}`),
  )
  assert.deepEqual(wrong, [])
  assert.ok(shown.some(({ command }) => command.includes('npm run quickstart')))
})

test('every script of this repository that package.json or a document runs exists', () => {
  const mentioned = [
    ...Object.values(scripts).map((command) => ({ document: 'package.json', command })),
    ...shown,
  ].flatMap(({ document, command }) =>
    [
      ...command.matchAll(
        /(?<![\w./-])((?:tools|packages|bench|parity|tests|\.ci)\/[\w./-]+\.(?:sh|ts|js|py))\b/g,
      ),
    ].map((match) => ({ document, file: match[1]! })),
  )
  assert.deepEqual(
    mentioned.filter(({ file }) => !existsSync(join(root, file))),
    [],
  )
})

/** What `oltr WORDS --help` prints, or null when there is no such command. */
const help = new Map<string, string | null>()
function helpOf(words: readonly string[]): string | null {
  const key = words.join(' ')
  if (!help.has(key)) {
    const program = join(root, 'packages/oltr/bin/oltr.js')
    const { stdout } = spawnSync(process.execPath, [program, ...words, '--help'], { encoding: 'utf8' })
    // A word that is no command leaves the help of the command above it.
    help.set(key, stdout.startsWith(`Usage: ${['oltr', ...words].join(' ')} `) ? stdout : null)
  }
  return help.get(key)!
}

test('every oltr command that a document shows exists, with the options shown', () => {
  const wrong = shown.flatMap(({ document, command }) => {
    const match = /^(?:npx )?oltr (.+)$/.exec(command)
    if (!match) return []
    // `oltr doctor | data | train` names several commands at once.
    return match[1]!.split(/\s+\|\s+/).flatMap((one) => {
      const words = one.split(/\s+/)
      const name = /^[a-z][a-z-]*$/
      if (words[0]!.startsWith('-'))
        return helpOf([])!.includes(words[0]!) ? [] : [`${document}: oltr ${one}`]
      const first = helpOf([words[0]!])
      if (first === null) return [`${document}: oltr ${one}`]
      // `oltr data stats …`: a command of commands lists them.
      const second = /^Commands:$/m.test(first) && words[1] !== undefined && name.test(words[1])
      const text = second ? helpOf(words.slice(0, 2)) : first
      if (text === null) return [`${document}: oltr ${one}`]
      return words
        .filter(
          (word) =>
            /^--?[a-z]/.test(word) && !new RegExp(`(^|[ ,])${word.split('=')[0]}([ ,]|$)`, 'm').test(text),
        )
        .map((option) => `${document}: ${option} is no option of oltr ${one}`)
    })
  })
  assert.deepEqual(wrong, [])
  assert.ok(help.size > 3, 'the documents show oltr commands')
})

test('every relative link of a document leads to a file, every anchor to a heading', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[`*]/g, '')
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
  const anchors = (file: string): string[] =>
    [...read(file).matchAll(/^#+ (.+)$/gm)].map((match) => slug(match[1]!))
  const wrong = documents.flatMap((document) => {
    const text = read(document).replace(/^```[\s\S]*?^```/gm, '')
    const links = [...text.matchAll(/\]\(([^)\s]+)[^)]*\)/g), ...text.matchAll(/\b(?:src|href)="([^"]+)"/g)]
    return links
      .map((match) => match[1]!)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path, anchor] = link.split('#') as [string, string | undefined]
        const file = path === '' ? document : posix.join(dirname(document), decodeURI(path))
        if (!existsSync(join(root, file))) return true
        return anchor !== undefined && file.endsWith('.md') && !anchors(file).includes(anchor)
      })
      .map((link) => `${document}: ${link}`)
  })
  assert.deepEqual(wrong, [])
})
