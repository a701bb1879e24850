// Which round a page is about: the one it names, else the newest.

import { missing, type Store } from '../store/store.ts'

/** Null where there is no round yet. Throws RefusedError for one that does not exist. */
export async function newestRound(store: Store, wanted?: number): Promise<number | null> {
  let query = store.db.selectFrom('round').select('number').orderBy('number', 'desc').limit(1)
  if (wanted !== undefined) query = query.where('number', '=', wanted)
  const found = await query.executeTakeFirst()
  if (found) return found.number
  if (wanted !== undefined) throw missing('round', String(wanted))
  return null
}
