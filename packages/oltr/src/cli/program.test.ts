// The program as a tree of commands, and what loading it costs.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { createProgram } from './program.ts'

const oltr = join(import.meta.dirname, '../../bin/oltr.js')
const run = (...args: string[]) => spawnSync(process.execPath, [oltr, ...args], { encoding: 'utf8' })

const oneSentence = (text: string): void => {
  assert.doesNotMatch(text, /^\s+at /m, 'no stack')
  assert.equal(text.trimEnd().split('\n').length, 1, text)
}

test('ten commands, each with a description, and options that say what they do', () => {
  const { commands } = createProgram()
  assert.deepEqual(
    commands.map((command) => command.name()),
    ['doctor', 'data', 'train', 'evaluate', 'predict', 'explore', 'update', 'versions', 'loop', 'studio'],
  )
  for (const command of commands) {
    assert.ok(command.description().length > 20, command.name())
    for (const option of command.options) assert.ok(option.description.length > 5, option.flags)
  }
})

test('help of every command needs no native bridge', () => {
  const source = `
    import { createProgram } from ${JSON.stringify(new URL('program.ts', import.meta.url).href)}
    const help = createProgram().commands.map((command) => command.helpInformation())
    const addon = process.report.getReport().sharedObjects.filter((file) => /torch/.test(file))
    console.log(JSON.stringify({ help: help.length, addon }))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', source], {
    encoding: 'utf8',
  })
  assert.equal(stdout, '{"help":10,"addon":[]}\n', stderr)
})

test('--help of the program and of a command name the commands and the options, with exit code 0', () => {
  const program = run('--help')
  assert.equal(program.status, 0)
  assert.match(program.stdout, /^Usage: oltr /)
  assert.match(program.stdout, /\n {2}train \[options\]/)
  const train = run('train', '--help')
  assert.equal(train.status, 0)
  assert.match(train.stdout, /^Usage: oltr train /)
  for (const option of ['--recipe', '--run', '--data', '--config', '--set', '--seed', '--print', '--json'])
    assert.match(train.stdout, new RegExp(`${option}\\b`))
})

test('an unknown command: exit code 1 and the nearest one', () => {
  const { status, stderr } = run('trian')
  assert.equal(status, 1)
  assert.match(stderr, /unknown command 'trian'\n.*train/)
  assert.doesNotMatch(stderr, /^\s+at /m)
})

test('an unknown option of a command: exit code 1, and where the options are listed', () => {
  const { status, stderr } = run('train', '--epoch', '3')
  assert.equal(status, 1)
  assert.match(stderr, /unknown option '--epoch'/)
  assert.match(stderr, /--help lists the options/)
})

test('a misspelt key: one sentence with the nearest key, exit code 1', () => {
  const { status, stdout, stderr } = run('train', '--print', '--set', 'stage2.epoch=3')
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /stage2\.epoch: unknown key, did you mean "epochs"\?/)
  oneSentence(stderr)
})

test('with --json an error is one JSON object on standard error', () => {
  const { status, stderr } = run('train', '--json', '--recipe', 'no-such')
  assert.equal(status, 1)
  const { error, message } = JSON.parse(stderr)
  assert.equal(error, 'ConfigError')
  assert.match(message, /recipe: one of quickstart, cifar10-lt/)
})

test('a whole number is digits only', () => {
  for (const seed of ['1.5', '-1', '', 'x', '1e3']) {
    const { status, stderr } = run('train', '--print', `--seed=${seed}`)
    assert.equal(status, 1, `--seed=${seed}`)
    assert.match(stderr, /expected a whole number/)
  }
})

test('a reader that closes early is no failure', () => {
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', '"$0" "$1" train --print | head -n 1 >/dev/null; exit $PIPESTATUS', process.execPath, oltr],
    {
      encoding: 'utf8',
    },
  )
  assert.equal(status, 0, stderr)
  assert.equal(stderr, '')
})
