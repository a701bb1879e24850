// What a route takes and answers with, as fastify wants it.

import { z } from 'zod'
import { paths, type RouteName } from '../api/paths.ts'
import { problem, schemas } from '../api/schemas.ts'

/** Of a route that takes nothing there. */
const NOTHING = z.strictObject({})

export function routeSchema(name: RouteName) {
  const { params, query, body, response } = schemas[name] as Partial<
    Record<'params' | 'query' | 'body' | 'response', z.ZodType>
  >
  return {
    operationId: name,
    summary: paths[name].summary,
    'x-role': paths[name].role,
    params: params ?? NOTHING,
    querystring: query ?? NOTHING,
    ...(body ? { body } : {}),
    response: {
      ...(response ? { 200: response } : {}),
      '4xx': problem,
    },
  }
}
