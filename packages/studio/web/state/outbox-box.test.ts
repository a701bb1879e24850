// Promises of the outbox: order, one entry per operation, nothing of somebody else, refused answers hold nothing up.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backOff, type Keeper, nextBatch, type Operation, OutboxBox } from './outbox-box.ts'

class Shelf extends Map<string, string> implements Keeper {
  get length() {
    return this.size
  }
  key = (index: number) => [...this.keys()][index] ?? null
  getItem = (key: string) => this.get(key) ?? null
  setItem = (key: string, value: string) => void this.set(key, value)
  removeItem = (key: string) => void this.delete(key)
}

const answer = (uuid: string): Operation => ({
  kind: 'answer',
  answer: { uuid, task: '1-a', verdict: { kind: 'unsure' } },
})
const uuids = (box: OutboxBox, most = 200) =>
  nextBatch(box.entries(), most).map(({ operation }) =>
    operation.kind === 'answer' ? operation.answer.uuid : operation.kind,
  )

test('answers leave in the order they were given, after a reload and from two tabs too', () => {
  const shelf = new Shelf()
  const one = new OutboxBox(shelf, 'p-1')
  const two = new OutboxBox(shelf, 'p-1')
  one.put(answer('a'), 1000)
  two.put(answer('b'), 1001)
  one.put(answer('c'), 1002)
  one.put(answer('d'), 1002)
  assert.deepEqual(uuids(new OutboxBox(shelf, 'p-1')), ['a', 'b', 'c', 'd'])
})

test('taking an answer back goes after it and by itself', () => {
  const box = new OutboxBox(new Shelf(), 'p-1')
  const first = box.put(answer('a'), 1)
  box.put({ kind: 'undo', answers: ['a'] }, 2)
  box.put(answer('b'), 3)
  assert.deepEqual(uuids(box), ['a'])
  box.remove(first.key)
  assert.deepEqual(uuids(box), ['undo'])
})

test('a refused answer stays, and what came after it is sent', () => {
  const box = new OutboxBox(new Shelf(), 'p-1')
  box.mark(box.put(answer('a'), 1), { error: 'gone', message: 'No such task.' })
  box.put(answer('b'), 2)
  assert.deepEqual(uuids(box), ['b'])
  assert.equal(box.entries()[0]?.refused?.message, 'No such task.')
})

test('nobody sends what somebody else left in this browser', () => {
  const shelf = new Shelf()
  new OutboxBox(shelf, 'p-1').put(answer('a'))
  assert.deepEqual(new OutboxBox(shelf, 'p-10').entries(), [])
  assert.deepEqual(new OutboxBox(shelf, 'p-2').entries(), [])
})

test('batches have a limit, and waits grow up to half a minute', () => {
  const box = new OutboxBox(new Shelf(), 'p-1')
  for (const uuid of ['a', 'b', 'c']) box.put(answer(uuid))
  assert.deepEqual(uuids(box, 2), ['a', 'b'])
  assert.deepEqual([1, 2, 3, 9].map(backOff), [1, 2, 4, 30])
})

test('what another tab wrote is read where it is this person’s', () => {
  const shelf = new Shelf()
  const box = new OutboxBox(shelf, 'p-1')
  const { key } = new OutboxBox(shelf, 'p-1').put(answer('a'))
  assert.deepEqual(box.read(key, shelf.getItem(key)), answer('a'))
  assert.equal(box.read(key, null), null, 'it has been sent')
  assert.equal(new OutboxBox(shelf, 'p-2').read(key, shelf.getItem(key)), null)
})
