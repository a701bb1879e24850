// Lets one tab at a time do a thing. Web Locks where there are any; plain HTTP from another machine has none.

interface Held {
  readonly tab: string
  readonly until: number
}

const TAB = Math.random().toString(36).slice(2)
const HELD_MS = 40_000

/** Runs `work` if no other tab is at it; says whether it ran. A tab that dies lets go by itself. */
export async function ifNoOtherTab(name: string, work: () => Promise<void>): Promise<boolean> {
  if (navigator.locks) {
    return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await work()
      return lock !== null
    })
  }
  const key = `oltr-lock/${name}`
  const held = JSON.parse(localStorage.getItem(key) ?? 'null') as Held | null
  if (held !== null && held.tab !== TAB && held.until > Date.now()) return false
  localStorage.setItem(key, JSON.stringify({ tab: TAB, until: Date.now() + HELD_MS } satisfies Held))
  try {
    await work()
  } finally {
    localStorage.removeItem(key)
  }
  return true
}
