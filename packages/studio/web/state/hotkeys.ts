// Keys: what each does, which one it is for this person, and who listens. Keys are places on the keyboard
// (`KeyboardEvent.code`), so they lie the same on every layout.

import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'

/** What keys can do, with its usual key. The names are those that `setHotkeys` keeps. */
export const ACTIONS = {
  accept: { code: 'Enter', text: 'Accept the first guess', group: 'Name it' },
  search: { code: 'KeyF', text: 'Search a class (also /)', group: 'Name it' },
  'new-class': { code: 'KeyN', text: 'New class', group: 'Name it' },
  known: { code: 'KeyK', text: 'Known class, not sure which', group: 'Or say' },
  unsure: { code: 'KeyU', text: 'Unsure', group: 'Or say' },
  'not-an-object': { code: 'KeyO', text: 'Not an object', group: 'Or say' },
  'several-objects': { code: 'KeyM', text: 'Several objects', group: 'Or say' },
  skip: { code: 'KeyS', text: 'Skip', group: 'Or say' },
  note: { code: 'KeyT', text: 'Add a note', group: 'Or say' },
  previous: { code: 'ArrowLeft', text: 'Previous image', group: 'Look' },
  next: { code: 'ArrowRight', text: 'Next image', group: 'Look' },
  view: { code: 'KeyG', text: 'One image or its whole cluster', group: 'Look' },
  why: { code: 'KeyW', text: 'Why this image', group: 'Look' },
  'zoom-in': { code: 'Equal', text: 'Zoom in', group: 'Look' },
  'zoom-out': { code: 'Minus', text: 'Zoom out', group: 'Look' },
  rotate: { code: 'KeyR', text: 'Rotate', group: 'Look' },
  contrast: { code: 'KeyC', text: 'More contrast', group: 'Look' },
  similar: { code: 'KeyS', text: 'Find similar images', group: 'Explore and review' },
  'send-back': { code: 'KeyB', text: 'Send back with a comment', group: 'Explore and review' },
  control: { code: 'KeyX', text: 'Make it a hidden control', group: 'Explore and review' },
} as const satisfies Record<string, { code: string; text: string; group: string }>

export type ActionName = keyof typeof ACTIONS

/** Keys that this person changed. */
export const ownKeys = signal<Readonly<Record<string, string>>>({})
/** What is printed on the keys of this keyboard, where the browser tells. */
const printed = signal<ReadonlyMap<string, string>>(new Map())

export function codeOf(action: ActionName): string {
  return ownKeys.value[action] ?? ACTIONS[action].code
}

const PLAIN_NAMES: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Equal: '+',
  Minus: '−',
  Slash: '/',
  Escape: 'Esc',
}

/** A key as a person knows it. */
export function nameOfKey(code: string): string {
  const plain = PLAIN_NAMES[code]
  if (plain !== undefined) return plain
  return printed.value.get(code)?.toUpperCase() ?? code.replace(/^(Key|Digit|Numpad)/, '')
}

export async function readLayout(): Promise<void> {
  const { keyboard } = navigator as { keyboard?: { getLayoutMap(): Promise<ReadonlyMap<string, string>> } }
  try {
    if (keyboard) printed.value = await keyboard.getLayoutMap()
  } catch {
    // Not every browser tells; the names of the codes are used then.
  }
}

type Handlers = Partial<Record<ActionName, () => void>> & {
  /** Keys 1 to 9. */
  choose?: (index: number) => void
}

const listeners: (() => Handlers)[] = []

/** Listens while the component is shown. What is shown last is asked first. */
export function useKeys(handlers: Handlers): void {
  const current = useRef(handlers)
  current.current = handlers
  useEffect(() => {
    const listener = () => current.current
    listeners.push(listener)
    return () => {
      listeners.splice(listeners.indexOf(listener), 1)
    }
  }, [])
}

/** Opens the cheat-sheet of keys. */
export const cheatSheet = signal(false)

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
}

/** Keys that a focused control uses by itself. */
function isUsedBy(target: EventTarget | null, code: string): boolean {
  return (
    (code === 'Enter' || code === 'Space') &&
    target instanceof HTMLElement &&
    target.matches('button, a, summary')
  )
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (isTyping(event.target) || isUsedBy(event.target, event.code)) return
  if (document.querySelector('dialog[open]') !== null) return
  // `?` and `/` are found by their sign: they lie elsewhere on many keyboards, and people look for the sign.
  if (event.key === '?') {
    cheatSheet.value = true
    event.preventDefault()
    return
  }
  if (event.shiftKey) return
  if (event.repeat && !event.code.startsWith('Arrow')) return
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)
  for (const listener of listeners.toReversed()) {
    const handlers = listener()
    if (digit && handlers.choose) {
      event.preventDefault()
      handlers.choose(Number(digit[1]) - 1)
      return
    }
    for (const [action, handler] of Object.entries(handlers) as [ActionName, () => void][]) {
      if (!(action in ACTIONS)) continue
      if (codeOf(action) !== event.code && !(action === 'search' && event.key === '/')) continue
      event.preventDefault()
      handler()
      return
    }
  }
}

export function listenToKeys(): void {
  addEventListener('keydown', onKey)
  readLayout()
}
