// People and their links.

import { z } from 'zod'
import { ROLES } from '../paths.ts'
import { count, name, ok, personId, time } from './values.ts'

const role = z.enum(ROLES)
export const person = z.strictObject({ id: personId, name, role })
export type Person = z.output<typeof person>

export const peopleSchemas = {
  people: {
    response: z.array(
      z.strictObject({
        ...person.shape,
        answers: count,
        /** When they last came in; null: never. */
        seen: time.nullable(),
        removed: z.boolean(),
      }),
    ),
  },
  invite: {
    body: z.strictObject({ name, role }),
    /** The token goes into the link's fragment, `/#in=<token>`, and is shown once. */
    response: z.strictObject({ person, token: z.string() }),
  },
  renewLink: {
    params: z.strictObject({ person: personId }),
    response: z.strictObject({ person, token: z.string() }),
  },
  removePerson: { params: z.strictObject({ person: personId }), response: ok },
}
