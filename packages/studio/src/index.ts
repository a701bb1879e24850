// The studio as a library: a server that can be asked without a socket, and the store behind it.

export { Studio } from './server/context.ts'
export { RunFacts } from './server/run-facts.ts'
export { createServer, type ServerOptions } from './server/server.ts'
export { Store } from './store/store.ts'
