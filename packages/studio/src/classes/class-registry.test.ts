import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ClassChange } from './class-event.ts'
import { ClassChangeError, type ClassEvent, ClassRegistry } from './class-registry.ts'

type Body = ClassEvent extends infer E
  ? E extends ClassEvent
    ? Omit<E, 'event' | 'by' | 'at'>
    : never
  : never

let made = 0
const event = (body: Body, uuid = `e-${made++}`): ClassEvent =>
  ({ ...body, event: uuid, by: 'p-1', at: 0 }) as ClassEvent
const create = (id: string, name = id): ClassEvent => event({ kind: 'create', class: id, name })
const merge = (from: string, into: string): ClassEvent => event({ kind: 'merge', from, into })
const known = (...classes: [id: string, name: string][]): ClassEvent =>
  event({ kind: 'known', classes: classes.map(([id, name]) => ({ id, name })) })

function refused(registry: ClassRegistry, change: ClassEvent, why: RegExp): void {
  const before = registry.stateHash()
  assert.match(registry.check(change) ?? 'allowed', why)
  assert.throws(() => registry.apply(change), ClassChangeError)
  assert.equal(registry.stateHash(), before)
}

test('two people who make one name at once have one class', () => {
  const registry = ClassRegistry.from([create('c-1', 'Snow Leopard')])
  refused(registry, create('c-2', ' snow  leopard '), /a name of the class "Snow Leopard" already/)
  assert.equal(registry.resolveName('SNOW LEOPARD'), 'c-1')
  assert.equal(registry.resolveName('\u0000'), null)
})

test('a merge is a redirect, takes the names along, and comes back by undo', () => {
  const registry = ClassRegistry.from([
    create('c-1', 'sofa'),
    create('c-2', 'couch'),
    create('c-3', 'settee'),
  ])
  const before = registry.stateHash()
  const [first, second] = [merge('c-1', 'c-2'), merge('c-2', 'c-3')]
  registry.apply(first)
  registry.apply(second)
  assert.equal(registry.resolve('c-1'), 'c-3')
  assert.equal(registry.resolveName('sofa'), 'c-3')
  assert.deepEqual(registry.classOf('c-1').aliases, ['couch', 'sofa'])
  assert.deepEqual(
    [...registry.live()].map(({ id }) => id),
    ['c-3'],
  )
  refused(registry, merge('c-3', 'c-3'), /into itself/)
  refused(registry, merge('c-3', 'c-1'), /"sofa" is part of "settee" now/)
  registry.apply(event({ kind: 'undo', target: second.event }))
  registry.apply(event({ kind: 'undo', target: first.event }))
  assert.equal(registry.stateHash(), before)
  refused(registry, event({ kind: 'undo', target: first.event }), /undone already/)
})

test('classes that are not the same stay apart, whatever was merged into them, until that is undone', () => {
  const registry = ClassRegistry.from([
    create('c-1', 'sofa'),
    create('c-2', 'couch'),
    create('c-3', 'settee'),
  ])
  const before = registry.stateHash()
  const distinct = (id: string, other: string) => event({ kind: 'distinct', class: id, other })
  const said = distinct('c-1', 'c-2')
  registry.apply(said)
  assert.notEqual(registry.stateHash(), before)
  const joined = merge('c-1', 'c-3')
  registry.apply(joined)
  assert.deepEqual([registry.apart('c-2', 'c-3'), registry.apart('c-1', 'c-2')], [true, true])
  refused(registry, merge('c-3', 'c-2'), /"settee" and "couch" are not the same, somebody said; undo that/)
  refused(registry, distinct('c-2', 'c-3'), /kept apart already/)
  refused(registry, distinct('c-2', 'c-2'), /is one class/)
  refused(registry, distinct('c-2', 'c-1'), /"sofa" is part of "settee" now/)
  registry.apply(event({ kind: 'undo', target: joined.event }))
  assert.equal(registry.apart('c-2', 'c-3'), false)
  registry.apply(event({ kind: 'undo', target: said.event }))
  assert.equal(registry.stateHash(), before)
  registry.apply(merge('c-1', 'c-2'))
})

test('an undo that later changes build on is refused by their name', () => {
  const [make, rename] = [create('c-1', 'sofa'), event({ kind: 'rename', class: 'c-1', name: 'couch' })]
  const registry = ClassRegistry.from([make, rename, create('c-2', 'sofa')])
  refused(
    registry,
    event({ kind: 'undo', target: make.event }),
    /First undo the renaming of "couch" to "couch"/,
  )
  refused(registry, event({ kind: 'undo', target: rename.event }), /First undo the making of "sofa"/)
  refused(registry, event({ kind: 'undo', target: 'e-none' }), /no change e-none/)
})

test('what the model knows stays', () => {
  const registry = ClassRegistry.from([known(['c-a', 'cat'], ['c-b', 'dog']), create('c-n', 'kitty')])
  refused(registry, merge('c-a', 'c-n'), /The model knows "cat", so it stays; merge "kitty" into it/)
  refused(registry, merge('c-a', 'c-b'), /they stay apart/)
  const learned = known(['c-n', 'kitty'])
  registry.apply(learned)
  assert.equal(registry.classOf('c-n').known, true)
  refused(registry, event({ kind: 'undo', target: learned.event }), /go back to an earlier version/)
})

test('a version that learned hostile, repeated or existing names is shown nonetheless', () => {
  const registry = ClassRegistry.from([
    create('c-p', 'crane'),
    known(
      ['c-1', 'Crane'],
      ['c-2', 'crane'],
      ['c-3', 'unknown'],
      ['c-4', 'x'.repeat(500)],
      ['c-5', '__proto__'],
    ),
  ])
  assert.equal(registry.resolve('c-1'), 'c-p')
  assert.deepEqual(
    ['c-1', 'c-2', 'c-3', 'c-4', 'c-5'].map((id) => registry.classOf(id).name.slice(0, 12)),
    ['crane', 'crane (2)', 'class c-3', 'xxxxxxxxxxxx', '__proto__'],
  )
  assert.ok([...registry.live()].every((state) => state.known))
})

test('rename, alias and split keep names unique', () => {
  const registry = ClassRegistry.from([create('c-1', 'sofa'), create('c-2', 'chair')])
  const alias = (id: string, name: string) => event({ kind: 'alias', class: id, name })
  const split = (into: string, name: string) => event({ kind: 'split', class: 'c-1', into, name, images: [] })
  refused(
    registry,
    event({ kind: 'rename', class: 'c-1', name: 'Chair' }),
    /use that class, or merge the two/,
  )
  registry.apply(event({ kind: 'rename', class: 'c-1', name: 'Sofa' }))
  registry.apply(alias('c-1', 'couch'))
  refused(registry, alias('c-2', 'COUCH'), /a name of the class "Sofa"/)
  registry.apply(event({ kind: 'rename', class: 'c-1', name: 'Couch' }))
  assert.deepEqual([registry.classOf('c-1').aliases, registry.resolveName('sofa')], [[], null])
  refused(registry, split('c-9', 'chair'), /already/)
  refused(registry, split('c-2', 'table'), /is called "chair"/)
  refused(registry, split('c-1', 'Couch'), /into itself/)
  registry.apply(split('c-2', 'chair'))
  registry.apply(split('c-9', 'table'))
  assert.equal(registry.resolveName('table'), 'c-9')
})

const STEPS = process.env.STUDIO_FULL === '1' ? 1000 : 150
// So many that merges do not use them up before the history ends.
const IDS = STEPS / 2
const RUNS = process.env.STUDIO_FULL === '1' ? 30 : 20

test(`random histories of ${STEPS} steps: one live class for every id, no cycles, and undoing all restores the state`, (t) => {
  const kinds = [
    'create',
    'create',
    'rename',
    'alias',
    'merge',
    'merge',
    'distinct',
    'split',
    'undo',
    'undo',
    'known',
  ] as const
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    a: fc.nat(IDS),
    b: fc.nat(IDS),
    name: fc.nat(2 * IDS),
  })
  let accepted = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: STEPS, maxLength: STEPS }), (steps) => {
      const registry = new ClassRegistry()
      const history: ClassEvent[] = []
      for (const [i, { kind, a, b, name: n }] of steps.entries()) {
        const [id, name] = [`c-${a}`, `name ${n % 3 === 0 ? `N${n}` : `n${n}`}`]
        const target = history.at(-1 - (b % Math.max(1, Math.min(history.length, 12))))?.event ?? 'e-none'
        const next = event(
          kind === 'merge'
            ? { kind, from: id, into: `c-${b}` }
            : kind === 'distinct'
              ? { kind, class: id, other: `c-${b}` }
              : kind === 'split'
                ? { kind, class: id, into: `c-${b}`, name, images: [] }
                : kind === 'undo'
                  ? { kind, target }
                  : kind === 'known'
                    ? { kind, classes: a % 10 ? [] : [{ id: `c-${b}`, name }] }
                    : { kind, class: id, name },
        )
        if (kind === 'known' && i > STEPS / 4) continue
        const problem = registry.check(next)
        if (problem !== null) {
          assert.match(problem, /^[^\n]+\.$/)
          continue
        }
        registry.apply(next)
        history.push(next)
      }
      accepted += history.length
      assertSound(registry)
      assert.equal(ClassRegistry.from(history).stateHash(), registry.stateHash())

      const changes = history.filter(
        (one): one is ClassChange => one.kind !== 'undo' && !registry.isUndone(one.event),
      )
      const learned = changes.filter(({ kind }) => kind === 'known')
      const replay = new ClassRegistry()
      const before = changes.map((change) => {
        const state = replay.stateHash()
        replay.apply(change)
        return state
      })
      assert.equal(replay.stateHash(), registry.stateHash())
      const lastLearned = changes.findLastIndex(({ kind }) => kind === 'known')
      for (let i = changes.length - 1; i >= 0; i--) {
        if (changes[i].kind === 'known') continue
        registry.apply(event({ kind: 'undo', target: changes[i].event }))
        // What a model has learned meanwhile stays, so before that the state is another.
        if (i > lastLearned) assert.equal(registry.stateHash(), before[i])
      }
      assertSound(registry)
      assert.equal(registry.stateHash(), ClassRegistry.from(learned).stateHash())
    }),
    { numRuns: RUNS },
  )
  t.diagnostic(`${accepted} of ${RUNS * STEPS} steps were allowed`)
  assert.ok(accepted > 0.15 * RUNS * STEPS)
})

/** Every id leads to one live class, and every live name to its class. */
function assertSound(registry: ClassRegistry): void {
  const live = new Set([...registry.live()].map(({ id }) => id))
  const names = new Set<string>()
  for (let i = 0; i <= IDS; i++) {
    const state = registry.get(`c-${i}`)
    if (!state) continue
    const resolved = registry.resolve(state.id)!
    assert.ok(live.has(resolved))
    assert.equal(registry.classOf(state.id).id, resolved)
    assert.equal(state.mergedInto === null, resolved === state.id)
    assert.ok(!registry.apart(state.id, state.id), 'no class is another one than itself')
    if (state.mergedInto !== null) continue
    for (const name of [state.name, ...state.aliases]) {
      assert.equal(registry.resolveName(name), state.id)
      assert.ok(!names.has(name.toLowerCase()), name)
      names.add(name.toLowerCase())
    }
  }
}
