// PostgreSQL for kysely. Counters come as numbers: the studio's stay far below 2^53.

import { PostgresDialect } from 'kysely'
import type pg from 'pg'
import { StoreFullError } from './errors.ts'

const BIGINT = 20
/** https://www.postgresql.org/docs/current/errcodes-appendix.html, disk_full and its class. */
const NO_SPACE = /^53/

export async function openPostgres(url: string): Promise<PostgresDialect> {
  // Most stores are SQLite files: loaded only where it is needed.
  const { default: pg } = await import('pg')
  const types = {
    getTypeParser: (id: number, format?: 'text' | 'binary') =>
      id === BIGINT ? (text: string) => Number(text) : pg.types.getTypeParser(id, format as 'text'),
  }
  const pool = new pg.Pool({ connectionString: url, max: 10, types: types as pg.CustomTypesConfig })
  // An idle connection that the server closes is replaced by the next query.
  pool.on('error', () => {})
  return new PostgresDialect({ pool })
}

/** What PostgreSQL says of a full disk, as the store says it. */
export function namedPostgresError(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string }
  return typeof code === 'string' && NO_SPACE.test(code)
    ? new StoreFullError(`PostgreSQL has no room left (${message}): free some space, then go on`)
    : error
}
