// Promises of what is kept of the queue: it is found again by its person alone, and is gone when somebody leaves.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Task } from '../../src/api/schemas.ts'
import type { Keeper } from './outbox-box.ts'
import { forgetQueues, keepQueue, keptQueue } from './queue-box.ts'

class Shelf extends Map<string, string> implements Keeper {
  full = false
  get length() {
    return this.size
  }
  key = (index: number) => [...this.keys()][index] ?? null
  getItem = (key: string) => this.get(key) ?? null
  setItem = (key: string, value: string) => {
    if (this.full) throw new DOMException('full', 'QuotaExceededError')
    this.set(key, value)
  }
  removeItem = (key: string) => void this.delete(key)
}

const tasks = [{ id: '1-a' }, { id: '1-b' }] as Task[]

test('a person finds their own images again, and nobody else’s', () => {
  const shelf = new Shelf()
  keepQueue(shelf, 'p-1', tasks)
  assert.deepEqual(keptQueue(shelf, 'p-1'), tasks)
  assert.deepEqual(keptQueue(shelf, 'p-2'), [])
})

test('whoever leaves takes all queues along, and no answers', () => {
  const shelf = new Shelf([['oltr-outbox/p-1/1', 'an answer']])
  keepQueue(shelf, 'p-1', tasks)
  keepQueue(shelf, 'p-2', tasks)
  forgetQueues(shelf)
  assert.deepEqual([...shelf.keys()], ['oltr-outbox/p-1/1'])
})

test('a full storage keeps no queue rather than an old one', () => {
  const shelf = new Shelf()
  keepQueue(shelf, 'p-1', tasks)
  shelf.full = true
  keepQueue(shelf, 'p-1', tasks.slice(1))
  assert.deepEqual(keptQueue(shelf, 'p-1'), [])
})
